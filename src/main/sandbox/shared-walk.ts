import { setImmediate } from "node:timers/promises";
import { untilAborted } from "../lib/until-aborted.ts";

type Walk = (folders: readonly string[], signal: AbortSignal) => Promise<readonly string[]>;

interface Planned {
  /** Who waits for it. */
  waiting: number;
  readonly stop: AbortController;
  readonly result: Promise<readonly string[]>;
}

/**
 * Makes a search of folders that commands of one moment share. One that has not begun yet is for all who want it; one that runs is
 * not, because it has gone past what came into being since. So any number of parallel commands costs two searches, one after the
 * other. It is stopped when the signals of all who wait for it have aborted; each of them rejects with its signal's reason at once.
 */
export function createSharedWalk(walk: Walk): (folders: readonly string[], signal?: AbortSignal) => Promise<readonly string[]> {
  const next = new Map<string, Planned>();
  const running = new Map<string, Promise<void>>();
  const plan = (key: string, folders: readonly string[]): Planned => {
    const stop = new AbortController();
    const begin = async (): Promise<readonly string[]> => {
      await (running.get(key) ?? setImmediate());
      if (next.get(key) === planned) next.delete(key);
      stop.signal.throwIfAborted();
      const work = walk(folders, stop.signal);
      const isOver = (): void => void running.delete(key);
      running.set(key, work.then(isOver, isOver));
      return work;
    };
    const planned: Planned = { waiting: 0, stop, result: begin() };
    next.set(key, planned);
    return planned;
  };
  return async (folders, signal) => {
    const key = folders.join("\0");
    const planned = next.get(key) ?? plan(key, folders);
    planned.waiting++;
    try {
      return await (signal === undefined ? planned.result : untilAborted(planned.result, signal));
    } finally {
      planned.waiting--;
      if (planned.waiting === 0) {
        planned.stop.abort();
        if (next.get(key) === planned) next.delete(key);
      }
    }
  };
}
