import type { CallId } from "../../../protocol/ids.ts";
import type { PatchFile, PatchHunk, PatchText } from "../../../protocol/patch.ts";
import { changedRanges, type LineRange, mapRange } from "./line-ranges.ts";

/** What the review shows of one file: all patches to it in a scope, folded into one change. */
export interface ReviewFile {
  /** Changes when the content does: the key of parsed diffs. */
  readonly key: string;
  readonly path: string;
  /** Where the file stood before, when it moved. */
  readonly fromPath: string | null;
  readonly kind: PatchFile["kind"];
  /** First `before` and last `after`; both null when any part kept only its counts. */
  readonly before: PatchText | null;
  readonly after: PatchText | null;
  /** Known at once for a single patch; null when they must be counted from `before` and `after`. */
  readonly added: number | null;
  readonly removed: number | null;
  readonly hunks: readonly PatchHunk[] | null;
  /** Lines of all parts together: what is told when the texts cannot be had any more. */
  readonly sums: { readonly added: number; readonly removed: number };
  /** How many patches were folded. */
  readonly parts: number;
  /** True when the file changed between two patches (a command, a person): that change is part of what is shown. */
  readonly changedBetween: boolean;
  /** Where its hunks come from, in the order of the patches. */
  readonly origins: readonly HunkOrigin[];
  /** Commands that changed it, too; its only ones when `parts` is 0. */
  readonly byCommands: readonly CallId[];
  /** Hunks that change only white space are left out. */
  readonly hidesSpace?: boolean;
  /** It differs from the last commit, whoever changed it; nothing else is known of it. */
  readonly inTree?: boolean;
}

/** A call that patched a file, and which lines of the file as it is shown. */
export interface HunkOrigin {
  readonly callId: CallId;
  /** Line of the script that made the call. */
  readonly line: number | null;
  readonly ranges: readonly LineRange[];
}

export interface PatchPart {
  readonly callId: CallId;
  readonly line: number | null;
  readonly files: readonly PatchFile[];
}

interface Chain {
  readonly firstPath: string;
  readonly parts: PatchFile[];
  readonly patches: PatchPart[];
}

/**
 * Folds patches in their order into one change per file, as the disk sees it: from the first `before` to the last
 * `after`. Moves are followed; a file that was made and removed again, or is back to what it was, is left out. Files
 * keep the order in which they were first touched.
 */
export function mergePatches(patches: readonly PatchPart[]): readonly ReviewFile[] {
  const chains: Chain[] = [];
  const byPath = new Map<string, Chain>();
  for (const patch of patches) {
    for (const file of patch.files) {
      const source = file.kind === "move" ? (file.fromPath ?? file.path) : file.path;
      let chain = byPath.get(source);
      if (chain === undefined) {
        chain = { firstPath: source, parts: [], patches: [] };
        chains.push(chain);
      }
      chain.parts.push(file);
      chain.patches.push(patch);
      byPath.delete(source);
      byPath.set(file.path, chain);
    }
  }
  return chains.flatMap((chain) => {
    const merged = mergeChain(chain);
    return merged === null ? [] : [merged];
  });
}

function mergeChain({ firstPath, parts, patches }: Chain): ReviewFile | null {
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  const path = last.path;
  const key = `${path}\n${patches.map((patch) => patch.callId).join(" ")}`;
  const shared = { key, path, sums: summed(parts), parts: parts.length, origins: originsOf(parts, patches), byCommands: [] };
  if (parts.length === 1) {
    const fromPath = first.kind === "move" ? (first.fromPath ?? null) : null;
    return {
      ...shared,
      fromPath,
      kind: first.kind,
      before: first.before,
      after: first.after,
      added: first.added,
      removed: first.removed,
      hunks: first.hunks,
      changedBetween: false,
    };
  }
  const born = first.kind === "add";
  const gone = last.kind === "delete";
  if (born && gone) return null;
  const moved = !born && !gone && firstPath !== path;
  const kind = born ? "add" : gone ? "delete" : moved ? "move" : "update";
  const fromPath = moved ? firstPath : null;
  // A file that was not there, or is not there any more, has no text on that side.
  const known = parts.every((part) => part.before !== null && part.after !== null);
  if (!known) {
    const { added, removed } = summed(parts);
    return { ...shared, fromPath, kind, before: null, after: null, added, removed, hunks: null, changedBetween: false };
  }
  const before = born ? "" : first.before;
  const after = gone ? "" : last.after;
  if (isSame(before, after) && !moved) return null;
  const changedBetween = parts.some((part, index) => index > 0 && differs(parts[index - 1]?.after ?? null, part.before));
  return { ...shared, fromPath, kind, before, after, added: null, removed: null, hunks: null, changedBetween };
}

/** Surely the same: a text of an old log and a name of a new one cannot be compared. */
function isSame(a: PatchText | null, b: PatchText | null): boolean {
  return markOf(a) === markOf(b) && typeof a === typeof b;
}

/** Surely not the same. */
function differs(a: PatchText | null, b: PatchText | null): boolean {
  const comparable = typeof a === typeof b || a === "" || b === "";
  return comparable && markOf(a) !== markOf(b);
}

function markOf(text: PatchText | null): string | null {
  return text === null || typeof text === "string" ? text : text.hash;
}

function summed(parts: readonly PatchFile[]): { readonly added: number; readonly removed: number } {
  return {
    added: parts.reduce((sum, part) => sum + part.added, 0),
    removed: parts.reduce((sum, part) => sum + part.removed, 0),
  };
}

/** Lines that each patch changed, followed through the patches after it. */
function originsOf(parts: readonly PatchFile[], patches: readonly PatchPart[]): HunkOrigin[] {
  return patches.map(({ callId, line }, index) => ({
    callId,
    line,
    ranges: changedRanges(parts[index]?.hunks ?? []).map((range) =>
      parts.slice(index + 1).reduce((moved, later) => mapRange(moved, later.hunks), range),
    ),
  }));
}
