import type { PatchFile, PatchHunk, PatchText } from "../../../protocol/patch.ts";
import { displayPath } from "../../lib/paths.ts";
import { hashOf } from "../../project/content.ts";
import { diffOfEdits } from "./hunks.ts";
import type { VerifiedOperation } from "./verify.ts";

/** Old and new text together beyond this many bytes are not shown as a whole. */
const MAX_TEXT = 1024 * 1024;
/** Hunks beyond this many UTF-16 units are not carried in events; only the counts are. */
const MAX_HUNKS = 1024 * 1024;

/** A verified operation as events and windows show it. Its texts stay in the journal: a log of many small patches to a large file stays small. */
export function patchFile(operation: VerifiedOperation, projectRoot: string): PatchFile {
  const { file, after } = operation;
  const head = {
    path: displayPath(projectRoot, operation.path),
    kind: operation.kind,
    ...(operation.fromPath === undefined ? {} : { fromPath: displayPath(projectRoot, operation.fromPath) }),
  };
  if (file === null) {
    const added = operation.edits.reduce((sum, edit) => sum + edit.added.length, 0);
    return { ...head, added, removed: 0, before: null, after: null, hunks: [] };
  }
  const { added, removed, hunks } = diffOfEdits(file, operation.edits);
  const fits = file.bytes.length + (after?.length ?? 0) <= MAX_TEXT;
  return {
    ...head,
    added,
    removed,
    before: fits ? textOf(file.bytes) : null,
    after: fits ? textOf(after) : null,
    hunks: lengthOf(hunks) <= MAX_HUNKS ? hunks : [],
  };
}

function textOf(bytes: Uint8Array | null): PatchText {
  return bytes === null || bytes.length === 0 ? "" : { hash: hashOf(bytes), bytes: bytes.length };
}

function lengthOf(hunks: readonly PatchHunk[]): number {
  return hunks.reduce((sum, hunk) => hunk.lines.reduce((chars, line) => chars + line.length, sum), 0);
}
