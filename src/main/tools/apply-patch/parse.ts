import { createPatchReader } from "../../../grammar/patch-reader.ts";

/** One operation of a patch. `path` and `movePath` are literally what stood in the patch. */
export type PatchOperation =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string }
  | { readonly type: "update"; readonly path: string; readonly movePath: string | undefined; readonly chunks: readonly PatchChunk[] };

/** A place in a file and what changes there. */
export interface PatchChunk {
  /** Text after `@@ `: a line to look for first. Undefined for a bare `@@` or none. */
  readonly header: string | undefined;
  readonly lines: readonly PatchLine[];
  /** The block must stand at the end of the file (`*** End of File`). */
  readonly endOfFile: boolean;
}

export interface PatchLine {
  readonly kind: "context" | "add" | "remove";
  readonly text: string;
}

export interface ParsedPatch {
  readonly operations: readonly PatchOperation[];
  /** Value of `*** Environment ID:`, when there is one. */
  readonly environmentId: string | undefined;
}

/**
 * Reads a whole patch with the states every reader of patches has (`grammar`). Throws `invalid_patch` whose message is the
 * bare reason; `details.line` is the 1-based line (`*** Begin Patch` is line 1) when the reason has one. The two fronts put
 * their own words before it.
 */
export function parsePatch(text: string): ParsedPatch {
  const open: OpenOperation[] = [];
  const reader = createPatchReader({
    file: (type, path) => void open.push({ type, path, content: [], movePath: undefined, chunks: [] }),
    move: (path) => {
      const operation = open.at(-1);
      if (operation !== undefined) operation.movePath = path;
    },
    chunk: (header) => void open.at(-1)?.chunks.push({ header, lines: [], endOfFile: false }),
    line(kind, line) {
      const operation = open.at(-1);
      if (operation?.type === "add") operation.content.push(line, "\n");
      else operation?.chunks.at(-1)?.lines.push({ kind, text: line });
    },
    endOfFile: () => {
      const chunk = open.at(-1)?.chunks.at(-1);
      if (chunk !== undefined) chunk.endOfFile = true;
    },
  });
  reader.feed(text);
  const { environmentId } = reader.end();
  return { operations: open.map(closed), environmentId };
}

interface OpenOperation {
  readonly type: PatchOperation["type"];
  readonly path: string;
  readonly content: string[];
  movePath: string | undefined;
  readonly chunks: { readonly header: string | undefined; readonly lines: PatchLine[]; endOfFile: boolean }[];
}

function closed({ type, path, content, movePath, chunks }: OpenOperation): PatchOperation {
  if (type === "add") return { type, path, content: content.join("") };
  return type === "delete" ? { type, path } : { type, path, movePath, chunks };
}
