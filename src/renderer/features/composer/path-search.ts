import { call } from "../../lib/api.ts";
import type { FoundPath } from "./path-index.ts";
import type { PathAnswer, PathRequest } from "./path.worker.ts";

/** Files and folders of the open project by a few letters, searched in a worker so that typing stays smooth at 100,000 paths. */
export interface PathSearch {
  /** Asks main for the list again when it may have changed. Resolves when the worker has it; rejects with ApiError. */
  refresh(): Promise<{ readonly complete: boolean }>;
  /** Resolves with the best matches; with null when a newer question came first. */
  find(query: string, limit: number): Promise<readonly FoundPath[] | null>;
}

/** One worker for the window; it starts with the first `@`. */
export function createPathSearch(): PathSearch {
  let worker: Worker | null = null;
  let stamp: string | null = null;
  let last = 0;
  let busy = false;
  let next: { readonly request: PathRequest; readonly settle: (found: readonly FoundPath[] | null) => void } | null = null;
  let settle: ((found: readonly FoundPath[] | null) => void) | null = null;

  const start = (): Worker => {
    const made = new Worker(new URL("./path.worker.ts", import.meta.url), { type: "module" });
    made.addEventListener("message", ({ data }: MessageEvent<PathAnswer>) => {
      busy = false;
      settle?.(data.id === last ? data.found : null);
      settle = null;
      if (next !== null) send(next.request, next.settle);
      next = null;
    });
    return made;
  };
  const send = (request: PathRequest, done: (found: readonly FoundPath[] | null) => void): void => {
    busy = true;
    settle = done;
    (worker ??= start()).postMessage(request);
  };
  return {
    async refresh() {
      const { stamp: now, text, complete } = await call("project.paths", { known: stamp });
      stamp = now;
      if (text !== null) (worker ??= start()).postMessage({ type: "paths", text } satisfies PathRequest);
      return { complete };
    },
    find(query, limit) {
      return new Promise((resolve) => {
        const request: PathRequest = { type: "search", id: ++last, query, limit };
        if (!busy) return send(request, resolve);
        // Only the newest question waits: the letters before it need no answer.
        next?.settle(null);
        next = { request, settle: resolve };
      });
    },
  };
}
