import type { CommandFile } from "../../../protocol/patch.ts";
import type { CommandChange } from "../../state/conversation-view.ts";
import type { ReviewFile } from "./merge-patches.ts";

const kinds = { added: "add", modified: "update", deleted: "delete" } as const satisfies Record<CommandFile["kind"], ReviewFile["kind"]>;

/**
 * Adds what commands changed to the files of a review: a file that patches changed as well is marked, the others come behind
 * them. Their lines are shown when one look found them and the earlier content was known.
 */
export function withCommandChanges(files: readonly ReviewFile[], changes: readonly CommandChange[]): readonly ReviewFile[] {
  if (changes.length === 0) return files;
  const byPath = new Map<string, { readonly found: CommandFile[]; readonly callIds: Set<string> }>();
  for (const { callIds, files: found } of changes) {
    for (const file of found) {
      const entry = byPath.get(file.path) ?? { found: [], callIds: new Set() };
      entry.found.push(file);
      for (const callId of callIds) entry.callIds.add(callId);
      byPath.set(file.path, entry);
    }
  }
  const marked = files.map((file) => {
    const entry = byPath.get(file.path);
    byPath.delete(file.path);
    return entry === undefined ? file : { ...file, byCommands: [...entry.callIds] };
  });
  return [...marked, ...[...byPath].flatMap(([path, entry]) => commandFile(path, entry.found, [...entry.callIds]))];
}

function commandFile(path: string, found: readonly CommandFile[], callIds: readonly string[]): ReviewFile[] {
  const [first] = found;
  const last = found.at(-1);
  if (first === undefined || last === undefined) return [];
  const born = first.kind === "added";
  if (born && last.kind === "deleted") return [];
  const only = found.length === 1;
  return [
    {
      key: `${path}\n${callIds.join(" ")} ${found.length}`,
      path,
      fromPath: null,
      kind: born ? "add" : last.kind === "added" ? "update" : kinds[last.kind],
      before: null,
      after: null,
      added: only ? first.added : null,
      removed: only ? first.removed : null,
      hunks: only ? first.hunks : [],
      sums: { added: 0, removed: 0 },
      parts: 0,
      changedBetween: false,
      origins: [],
      byCommands: callIds,
    },
  ];
}
