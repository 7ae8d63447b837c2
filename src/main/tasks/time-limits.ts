/** Timers of one run of a task, of which the time that does not count is left out. */
export interface TimeLimits {
  /** `job` runs once so much time has passed that counts. Must not throw. */
  after(ms: number, job: () => void): void;
  /** True: from now on time does not count, false: it does again. */
  hold(holds: boolean): void;
  /** Nothing runs any more. */
  clear(): void;
}

interface Limit {
  readonly job: () => void;
  leftMs: number;
  startedAt: number;
  timer: NodeJS.Timeout | null;
}

export function createTimeLimits(): TimeLimits {
  const limits = new Set<Limit>();
  let held = false;
  const start = (limit: Limit): void => {
    limit.startedAt = performance.now();
    limit.timer = setTimeout(() => {
      limits.delete(limit);
      limit.job();
    }, limit.leftMs);
  };
  const stop = (limit: Limit): void => {
    if (limit.timer === null) return;
    clearTimeout(limit.timer);
    limit.timer = null;
    limit.leftMs = Math.max(0, limit.leftMs - (performance.now() - limit.startedAt));
  };
  return {
    after(ms, job) {
      const limit: Limit = { job, leftMs: ms, startedAt: 0, timer: null };
      limits.add(limit);
      if (!held) start(limit);
    },
    hold(holds) {
      if (holds === held) return;
      held = holds;
      for (const limit of limits) (holds ? stop : start)(limit);
    },
    clear() {
      for (const limit of limits) stop(limit);
      limits.clear();
    },
  };
}
