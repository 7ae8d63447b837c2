import { type ParsedFile, type ParseInput, parseFile } from "./parse-file.ts";

/** What the page asks of the worker: one batch, answered by one message with the same id. */
export interface ParseRequest {
  readonly id: number;
  readonly files: readonly ParseInput[];
}

export type ParseReply =
  | { readonly id: number; readonly ok: true; readonly files: readonly ParsedFile[] }
  | { readonly id: number; readonly ok: false; readonly message: string };

self.addEventListener("message", (event: MessageEvent<ParseRequest>) => {
  const { id, files } = event.data;
  let reply: ParseReply;
  try {
    reply = { id, ok: true, files: files.map(parseFile) };
  } catch (error) {
    reply = { id, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply);
});
