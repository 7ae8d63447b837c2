import { type ParsedFile, type ParseInput, parseFiles } from "./parse-file.ts";

/** What the page asks of the worker: one batch, answered by one message with the same id. */
export interface ParseRequest {
  readonly id: number;
  readonly files: readonly ParseInput[];
}

export interface ParseReply {
  readonly id: number;
  readonly files: readonly ParsedFile[];
}

self.addEventListener("message", (event: MessageEvent<ParseRequest>) => {
  const { id, files } = event.data;
  const reply: ParseReply = { id, files: parseFiles(files) };
  self.postMessage(reply);
});
