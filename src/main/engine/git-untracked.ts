import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { lstat, open, readlink } from "node:fs/promises";
import path from "node:path";
import type { ProjectDiff } from "../../protocol/ipc.ts";
import { isInside, realpathOfExisting } from "../lib/paths.ts";

/**
 * New files as git would show them once they are added, in the order given. Made here: git would have to write its
 * index for it, or to run once per file. Ends before the first file that does not fit into `room` (UTF-8 bytes).
 */
export async function untrackedDiff(root: string, names: readonly string[], room: number): Promise<ProjectDiff> {
  const parts: string[] = [];
  let left = room;
  for (const name of names) {
    const part = await fileDiff(root, name, left);
    if (part === null) continue;
    left -= part.text === null ? Infinity : Buffer.byteLength(part.text);
    if (part.text === null || left < 0) return { diff: parts.join(""), truncated: true };
    parts.push(part.text);
  }
  return { diff: parts.join(""), truncated: false };
}

/** Its text is null when it is longer than `room`. Null for what git would not add (a pipe, a folder that is a repository) and for what is gone or unreadable by now. */
async function fileDiff(root: string, name: string, room: number): Promise<{ readonly text: string | null } | null> {
  const file = path.join(root, name);
  try {
    // Between git's answer and now a folder may have become a link.
    if (!isInside(root, await realpathOfExisting(path.dirname(file)))) return null;
    const facts = await lstat(file);
    if (facts.isSymbolicLink()) return { text: added(name, "120000", await readlink(file)) };
    if (!facts.isFile()) return null;
    const mode = (facts.mode & 0o100) === 0 ? "100644" : "100755";
    if (facts.size > room) return { text: null };
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const bytes = await handle.readFile();
      return { text: bytes.length > room ? null : added(name, mode, isUtf8(bytes) && !bytes.includes(0) ? bytes.toString("utf8") : null) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "EACCES" || code === "EPERM" || code === "ENXIO")
      return null;
    throw error;
  }
}

/** `text` is null for a file that is no text. */
function added(name: string, mode: string, text: string | null): string {
  const quoted = (side: "a" | "b"): string => quote(`${side}/${name}`);
  const head = `diff --git ${quoted("a")} ${quoted("b")}\nnew file mode ${mode}\n`;
  if (text === null) return `${head}Binary files /dev/null and ${quoted("b")} differ\n`;
  if (text === "") return head;
  const lines = text.split("\n");
  const complete = lines.at(-1) === "";
  if (complete) lines.pop();
  const range = lines.length === 1 ? "+1" : `+1,${lines.length}`;
  const body = lines.map((line) => `+${line}\n`).join("");
  return `${head}--- /dev/null\n+++ ${quoted("b")}\n@@ -0,0 ${range} @@\n${body}${complete ? "" : "\\ No newline at end of file\n"}`;
}

/** As git quotes names with `core.quotePath` off. */
function quote(name: string): string {
  // oxlint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f"\\\u007f]/.test(name)) return name;
  const letters: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\" };
  // oxlint-disable-next-line no-control-regex
  return `"${name.replaceAll(/[\u0000-\u001f"\\\u007f]/g, (letter) => letters[letter] ?? `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`;
}
