import type { PatchPart } from "../../../protocol/approval.ts";
import { SpindleError } from "../../../protocol/error.ts";
import { type PatchChunk, type PatchOperation, parsePatch } from "./parse.ts";

/** A patch without some of its parts, and what these were, for the model. */
export interface Remainder {
  readonly patch: string;
  /** One line for each part that was left out. */
  readonly leftOut: readonly string[];
}

/**
 * Takes parts out of a patch. What stays is the same operations and chunks, written anew. Throws `invalid_input` for a part that
 * is not there, and when nothing would be left.
 */
export function leaveOut(patch: string, parts: readonly PatchPart[]): Remainder {
  const { operations } = parsePatch(patch);
  const leftOut: string[] = [];
  const stays = operations.flatMap((operation, at): PatchOperation[] => {
    const own = parts.filter((part) => part.operation === at);
    if (own.length === 0) return [operation];
    const chunks = operation.type === "update" ? operation.chunks : [];
    const numbers = new Set(own.map((part) => part.chunk));
    if (numbers.has(null)) {
      leftOut.push(`${operation.path}: all of it`);
      return [];
    }
    for (const number of numbers) {
      const chunk = number === null ? undefined : chunks[number];
      if (chunk === undefined) throw notThere();
      leftOut.push(`${operation.path}: ${firstChange(chunk)}`);
    }
    const left = chunks.filter((_, number) => !numbers.has(number));
    if (operation.type === "update" && left.length > 0) return [{ ...operation, chunks: left }];
    // A patch cannot say a move without a change.
    if (operation.type === "update" && operation.movePath !== undefined)
      leftOut.push(`${operation.path}: its move to ${operation.movePath}`);
    return [];
  });
  if (parts.some((part) => part.operation >= operations.length)) throw notThere();
  if (stays.length === 0) throw new SpindleError("invalid_input", "Nothing would be left of the patch.", { hint: "Deny it instead." });
  return { patch: patchText(stays), leftOut };
}

/** The text of a patch with these operations. */
function patchText(operations: readonly PatchOperation[]): string {
  return ["*** Begin Patch", ...operations.flatMap(linesOf), "*** End Patch"].join("\n");
}

function linesOf(operation: PatchOperation): string[] {
  switch (operation.type) {
    case "delete":
      return [`*** Delete File: ${operation.path}`];
    case "add": {
      const lines = operation.content.split("\n");
      lines.pop();
      return [`*** Add File: ${operation.path}`, ...lines.map((line) => `+${line}`)];
    }
    case "update":
      return [
        `*** Update File: ${operation.path}`,
        ...(operation.movePath === undefined ? [] : [`*** Move to: ${operation.movePath}`]),
        ...operation.chunks.flatMap(chunkLines),
      ];
  }
}

const signs = { context: " ", add: "+", remove: "-" } as const;

function chunkLines({ header, lines, endOfFile }: PatchChunk): string[] {
  return [
    header === undefined ? "@@" : `@@ ${header}`,
    ...lines.map(({ kind, text }) => `${signs[kind]}${text}`),
    ...(endOfFile ? ["*** End of File"] : []),
  ];
}

function firstChange({ lines, header }: PatchChunk): string {
  const first = lines.find(({ kind }) => kind !== "context") ?? lines[0];
  return first === undefined ? `@@ ${header ?? ""}`.trim() : `${signs[first.kind]}${first.text}`.slice(0, 200);
}

function notThere(): SpindleError {
  return new SpindleError("invalid_input", "A part of the patch that was left out is not there.", { hint: "Look at the question again." });
}
