import type { PatchHunk } from "../../../protocol/patch.ts";
import type { ReviewFile } from "./merge-patches.ts";

/** Reads a diff in git's format as files of a review. Files that are no text have no hunks; what cannot be read is left out. */
export function treeFiles(diff: string): readonly ReviewFile[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith("diff --git "))
    .flatMap((part) => treeFile(part) ?? []);
}

function treeFile(part: string): ReviewFile | null {
  const lines = part.split("\n");
  const firstHunk = lines.findIndex((line) => line.startsWith("@@ "));
  const head = firstHunk === -1 ? lines : lines.slice(0, firstHunk);
  const value = (prefix: string): string | null => {
    const found = head.find((line) => line.startsWith(prefix));
    return found === undefined ? null : unquoted(found.slice(prefix.length).replace(/\t$/, ""));
  };
  const before = withoutPrefix(value("--- "), "a/") ?? value("rename from ");
  const after = withoutPrefix(value("+++ "), "b/") ?? value("rename to ");
  const path = after ?? before ?? nameInHead(head[0] ?? "");
  if (path === null) return null;
  const isNew = head.some((line) => line.startsWith("new file mode"));
  const isGone = head.some((line) => line.startsWith("deleted file mode"));
  const fromPath = value("rename from ");
  const hunks = firstHunk === -1 ? [] : hunksOf(lines.slice(firstHunk));
  const count = (sign: string): number => hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.startsWith(sign)).length, 0);
  return {
    key: `tree ${path}\n${part.length} ${hashOf(part)}`,
    path,
    fromPath,
    kind: isNew ? "add" : isGone ? "delete" : fromPath === null ? "update" : "move",
    before: null,
    after: null,
    added: count("+"),
    removed: count("-"),
    hunks,
    sums: { added: 0, removed: 0 },
    parts: 0,
    changedBetween: false,
    origins: [],
    byCommands: [],
    inTree: true,
  };
}

function hunksOf(lines: readonly string[]): PatchHunk[] {
  const hunks: (Omit<PatchHunk, "lines"> & { readonly lines: string[] })[] = [];
  for (const line of lines) {
    const [, oldStart, oldLines = "1", newStart, newLines = "1"] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (oldStart !== undefined && newStart !== undefined)
      hunks.push({
        oldStart: Number(oldStart),
        oldLines: Number(oldLines),
        newStart: Number(newStart),
        newLines: Number(newLines),
        lines: [],
      });
    else if (/^[ +-]/.test(line)) hunks.at(-1)?.lines.push(line.replace(/\r$/, ""));
  }
  return hunks;
}

function withoutPrefix(name: string | null, prefix: string): string | null {
  return name?.startsWith(prefix) === true ? name.slice(prefix.length) : null;
}

/** Of a file without lines only the head names it, twice: `diff --git a/x b/x`. */
function nameInHead(head: string): string | null {
  const names = head.slice("diff --git ".length);
  const quoted = /^"(?:[^"\\]|\\.)*" ("(?:[^"\\]|\\.)*")$/.exec(names)?.[1];
  if (quoted !== undefined) return withoutPrefix(unquoted(quoted), "b/");
  const half = (names.length - 1) / 2;
  return Number.isInteger(half) && names.slice(2, half) === names.slice(half + 3) ? names.slice(2, half) : null;
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };

/** git quotes names with control characters, quotes or (by setting) bytes beyond ASCII, as C does. */
function unquoted(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [, octal, other, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...encoder.encode(plain ?? escapes[other ?? ""] ?? other ?? ""));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
