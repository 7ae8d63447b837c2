import type { PatchFile } from "../../../protocol/patch.ts";
import { displayPath } from "../../lib/paths.ts";
import { diffOfEdits } from "./hunks.ts";
import type { VerifiedOperation } from "./verify.ts";

/** Old and new text together beyond this many bytes are not carried in events; only the counts are. */
const MAX_TEXT = 1024 * 1024;

/** A verified operation as events and windows show it. */
export function patchFile(operation: VerifiedOperation, projectRoot: string): PatchFile {
  const { file } = operation;
  const head = {
    path: displayPath(projectRoot, operation.path),
    kind: operation.kind,
    ...(operation.fromPath === undefined ? {} : { fromPath: displayPath(projectRoot, operation.fromPath) }),
  };
  if (file === null) {
    const added = operation.edits.reduce((sum, edit) => sum + edit.added.length, 0);
    return { ...head, added, removed: 0, before: null, after: null, hunks: [] };
  }
  const diff = diffOfEdits(file, operation.edits);
  const fits = file.bytes.length + (operation.after?.length ?? 0) <= MAX_TEXT;
  // A side that does not exist is the empty text; null is kept for texts that are not carried.
  return {
    ...head,
    added: diff.added,
    removed: diff.removed,
    before: fits ? file.text : null,
    after: fits ? (operation.after?.toString("utf8") ?? "") : null,
    hunks: fits ? diff.hunks : [],
  };
}
