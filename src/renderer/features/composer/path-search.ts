import type { ProjectPathsReply } from "../../../protocol/ipc.ts";
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

type Settle = (found: readonly FoundPath[] | null) => void;

interface Question {
  readonly request: Extract<PathRequest, { readonly type: "search" }>;
  readonly settle: Settle;
}

export interface PathSearchParts {
  startWorker(): Worker;
  list(known: string | null): Promise<ProjectPathsReply>;
}

const usualParts: PathSearchParts = {
  startWorker: () => new Worker(new URL("./path.worker.ts", import.meta.url), { type: "module" }),
  list: (known) => call("project.paths", { known }),
};

/**
 * One worker for the window; it starts with the first `@`. When it dies another one gets the list and the newest question, once;
 * should that one die as well the question has no answer, and the next `@` begins anew.
 */
export function createPathSearch(parts: PathSearchParts = usualParts): PathSearch {
  let worker: Worker | null = null;
  let stamp: string | null = null;
  let last = 0;
  let asked: Question | null = null;
  let next: Question | null = null;
  let triedAgain = false;

  const running = (): Worker => {
    if (worker !== null) return worker;
    const made = parts.startWorker();
    made.addEventListener("message", ({ data }: MessageEvent<PathAnswer>) => {
      triedAgain = false;
      asked?.settle(data.id === last ? data.found : null);
      asked = null;
      if (next !== null) ask(next);
      next = null;
    });
    made.addEventListener("error", () => {
      if (made === worker) died();
    });
    worker = made;
    return made;
  };
  const ask = (question: Question): void => {
    asked = question;
    running().postMessage(question.request);
  };
  const died = (): void => {
    worker?.terminate();
    worker = null;
    // Another worker knows no paths.
    stamp = null;
    const newest = next ?? asked;
    if (next !== null) asked?.settle(null);
    asked = next = null;
    if (newest === null) return;
    if (triedAgain) return newest.settle(null);
    triedAgain = true;
    refresh().then(
      () => (asked === null ? ask(newest) : newest.settle(null)),
      () => newest.settle(null),
    );
  };
  const refresh = async (): Promise<{ readonly complete: boolean }> => {
    const { stamp: now, text, complete } = await parts.list(stamp);
    stamp = now;
    if (text !== null) running().postMessage({ type: "paths", text } satisfies PathRequest);
    return { complete };
  };
  return {
    refresh,
    find(query, limit) {
      return new Promise((settle) => {
        const question: Question = { request: { type: "search", id: ++last, query, limit }, settle };
        if (asked === null) return ask(question);
        // Only the newest question waits: the letters before it need no answer.
        next?.settle(null);
        next = question;
      });
    },
  };
}
