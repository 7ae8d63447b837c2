import type { RealmImage } from "./wire.ts";

/** A place in a named runtime, held by one script at a time. */
export interface RuntimeTurn {
  /** What the last script left; null for the first one, or when it could not be kept. */
  readonly image: RealmImage | null;
  /** Scripts whose globals this one finds. */
  readonly scripts: number;
  /** Call it exactly once. `image`: what the script left; null leaves the runtime as it was before it, `broken` drops it. */
  leave(image: RealmImage | null | "broken"): void;
}

/**
 * The named runtimes of an application: the memory of a realm between two scripts, to be put into any worker. Nothing
 * of them runs meanwhile. Lives as long as the application; the runtime used longest ago is dropped beyond the limits.
 */
export interface Runtimes {
  /**
   * Waits until no other script is in the runtime; first come, first served. `fits`: false starts afresh. Undefined when
   * the signal was aborted before it was the script's turn.
   */
  enter(key: string, fits: (image: RealmImage) => boolean, signal: AbortSignal): Promise<RuntimeTurn | undefined>;
}

interface Runtime {
  image: RealmImage | null;
  scripts: number;
  waiting: number;
  last: Promise<void>;
}

const maxRuntimes = 32;
const maxBytes = 128 * 1024 * 1024;

/** One per harness. */
export function createRuntimes(): Runtimes {
  const runtimes = new Map<string, Runtime>();

  const dropOldest = (): void => {
    let bytes = 0;
    for (const runtime of runtimes.values()) bytes += sizeOf(runtime.image);
    for (const [key, runtime] of runtimes) {
      if (runtimes.size <= maxRuntimes && bytes <= maxBytes) return;
      if (runtime.waiting > 0) continue;
      runtimes.delete(key);
      bytes -= sizeOf(runtime.image);
    }
  };

  return {
    async enter(key, fits, signal) {
      const runtime = runtimes.get(key) ?? { image: null, scripts: 0, waiting: 0, last: Promise.resolve() };
      // Last used, last in line to be dropped.
      runtimes.delete(key);
      runtimes.set(key, runtime);
      runtime.waiting++;
      const before = runtime.last;
      let done = (): void => undefined;
      runtime.last = new Promise((resolve) => {
        done = resolve;
      });
      const leave: RuntimeTurn["leave"] = (image) => {
        if (image === "broken") {
          runtime.image = null;
          runtime.scripts = 0;
        } else if (image !== null) {
          runtime.image = image;
          runtime.scripts++;
        }
        runtime.waiting--;
        if (runtime.image === null && runtime.waiting === 0) runtimes.delete(key);
        dropOldest();
        done();
      };
      if (!(await reached(before, signal))) {
        void before.then(() => leave(null));
        return undefined;
      }
      if (runtime.image !== null && !fits(runtime.image)) {
        runtime.image = null;
        runtime.scripts = 0;
      }
      return { image: runtime.image, scripts: runtime.scripts, leave };
    },
  };
}

function sizeOf(image: RealmImage | null): number {
  return image === null ? 0 : image.snapshot.image.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
}

/** True when the promise settled before the signal was aborted. */
async function reached(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let give = (): void => undefined;
  const aborted = new Promise<boolean>((resolve) => {
    give = () => resolve(false);
  });
  signal.addEventListener("abort", give, { once: true });
  try {
    return await Promise.race([promise.then(() => true), aborted]);
  } finally {
    signal.removeEventListener("abort", give);
  }
}
