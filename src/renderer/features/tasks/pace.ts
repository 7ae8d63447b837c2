/** Runs one job again and again as it is asked for, at a bearable pace. */
export interface Pace {
  /** The job runs at once, or as soon as it may; what is asked for while it runs is done after it. */
  ask(): void;
  /** Nothing is begun any more; what runs is left to end. */
  stop(): void;
}

/** Never two at once, and at least `restMs` from one start to the next, however often it is asked for. `job` must not reject. */
export function createPace(job: () => Promise<void>, restMs: number): Pace {
  let asked = false;
  let running = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;
  const go = (): void => {
    if (stopped || !asked || running || timer !== null) return;
    asked = false;
    running = true;
    timer = setTimeout(() => {
      timer = null;
      go();
    }, restMs);
    void job().finally(() => {
      running = false;
      go();
    });
  };
  return {
    ask() {
      asked = true;
      go();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
