import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ChangedSince, LateResult } from "../../protocol/task.ts";
import { displayPath } from "../lib/paths.ts";
import { type FileStamp, lookAt, sameContent } from "../project/file-stamps.ts";
import { diffOfTexts } from "../tools/apply-patch/hunks.ts";
import { listFiles } from "./list-files.ts";

/** Changed files that are named, at most. */
const maxNamed = 100;
const lookBudgetMs = 150;

export type Changes = Pick<LateResult, "changed" | "changedCount" | "incomplete">;

/**
 * Remembers how the files of a project stand, by size and time, and the texts of a few of them; the function tells later
 * what changed since. Costs some ms per thousand files, in slices; files that cannot be looked at in 150 ms are left out.
 */
export async function rememberFiles(projectRoot: string, texts: ReadonlyMap<string, string>): Promise<() => Promise<Changes>> {
  const before = await look(projectRoot);
  return async () => {
    const after = await look(projectRoot);
    const found: { readonly file: string; readonly kind: ChangedSince["kind"] }[] = [];
    for (const [file, stamp] of after.stamps) {
      const known = before.stamps.get(file);
      if (known === undefined) {
        if (before.complete) found.push({ file, kind: "added" });
      } else if (!sameContent(known, stamp)) found.push({ file, kind: "modified" });
    }
    if (after.complete) for (const file of before.stamps.keys()) if (!after.stamps.has(file)) found.push({ file, kind: "deleted" });
    found.sort((a, b) => Number(texts.has(b.file)) - Number(texts.has(a.file)) || (a.file < b.file ? -1 : 1));
    const changed = await Promise.all(
      found.slice(0, maxNamed).map(async ({ file, kind }) => ({
        path: displayPath(projectRoot, file),
        kind,
        hunks: kind === "modified" ? await hunksOf(file, texts.get(file)) : null,
      })),
    );
    return { changed, changedCount: found.length, incomplete: !before.complete || !after.complete };
  };
}

async function look(projectRoot: string): Promise<{ readonly stamps: ReadonlyMap<string, FileStamp>; readonly complete: boolean }> {
  const { paths, complete } = await listFiles(projectRoot);
  const stamps = new Map<string, FileStamp>();
  const looked = await lookAt(paths, lookBudgetMs, (place, stamp) => {
    if (stamp !== null) stamps.set(path.resolve(place), stamp);
  });
  return { stamps, complete: complete && looked === paths.length };
}

async function hunksOf(file: string, before: string | undefined): Promise<number | null> {
  if (before === undefined) return null;
  try {
    return diffOfTexts(before, await readFile(file, "utf8")).hunks.length;
  } catch {
    // Gone or unreadable since it was looked at: that it changed is all that can be said.
    return null;
  }
}

/** What changed, in words for a model and a person. */
export function changesText(late: LateResult): string {
  const age = late.ageMs < 120_000 ? `${Math.round(late.ageMs / 1_000)} s` : `${Math.round(late.ageMs / 60_000)} min`;
  const files = late.changed.map(
    (file) => `- ${file.path}: ${file.kind}${file.hunks === null ? "" : `, ${file.hunks} ${file.hunks === 1 ? "hunk" : "hunks"}`}`,
  );
  if (late.changedCount > files.length) files.push(`- and ${late.changedCount - files.length} more`);
  const what =
    late.changedCount > 0
      ? `Changed in the project since:\n${files.join("\n")}${late.incomplete ? "\nNot all files were looked at." : ""}`
      : late.incomplete
        ? "No change was found since in the files that were looked at, which are not all."
        : "No file of the project has changed since.";
  return `This answer came late: ${age} after the question. ${what}`;
}
