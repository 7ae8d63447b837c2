import { createPathIndex, type FoundPath, type PathIndex } from "./path-index.ts";

/** What the page tells the worker: a new list, or a question, answered with the same id. */
export type PathRequest =
  | { readonly type: "paths"; readonly text: string }
  | { readonly type: "search"; readonly id: number; readonly query: string; readonly limit: number };

export interface PathAnswer {
  readonly id: number;
  readonly found: readonly FoundPath[];
}

let index: PathIndex = createPathIndex("");

self.addEventListener("message", (event: MessageEvent<PathRequest>) => {
  const request = event.data;
  if (request.type === "paths") index = createPathIndex(request.text);
  else self.postMessage({ id: request.id, found: index.search(request.query, request.limit) } satisfies PathAnswer);
});
