/** Runs one kind of work again and again, never twice at once, and rests in between. */
export interface SparingQueue {
  /** Wants it done once more from now on; whoever asks before that begins shares it. */
  ask(): void;
  /** Resolves when nothing is asked for any more; what was is done without rest. */
  settled(): Promise<void>;
}

/** The longest rest, ms. */
const MAX_REST_MS = 500;

/** `work` must not reject. After each run it rests three times as long as that took: work takes a quarter of the time at most. */
export function createSparingQueue(work: () => Promise<void>): SparingQueue {
  let tail = Promise.resolve();
  let isAsked = false;
  let restedFrom = 0;
  let took = 0;
  let hurried = 0;
  let endRest = (): void => {};

  const rest = async (): Promise<void> => {
    const ms = Math.min(MAX_REST_MS, restedFrom + 3 * took - performance.now());
    if (ms <= 0 || hurried > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  return {
    ask() {
      if (isAsked) return;
      isAsked = true;
      tail = tail.then(async () => {
        await rest();
        isAsked = false;
        const startedAt = performance.now();
        await work();
        restedFrom = performance.now();
        took = restedFrom - startedAt;
      });
    },
    async settled() {
      hurried++;
      endRest();
      for (let last: Promise<void> | null = null; last !== tail;) {
        last = tail;
        await last;
      }
      hurried--;
    },
  };
}
