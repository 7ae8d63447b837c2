import { closeSync, type Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { listDirInput, listDirResult, type ListDirResult } from "../../protocol/tools.ts";
import { fileError } from "../lib/paths.ts";
import { nameOf, openForReading, openQuietly, type ReadScope, resolveForReading } from "../lib/read-scope.ts";
import { cutHead } from "../lib/truncate.ts";
import { defineTool, readScopeOf } from "./tool.ts";

type Entry = ListDirResult["entries"][number];

const DIRECT_ENTRIES = 25;
const SCRIPT_ENTRIES = 2_000;
const NAME_BYTES = 500;
/** More than this is no listing any more; the walk stops. */
const MAX_ENTRIES = 200_000;

/**
 * The tool `listDir`: entries down to a depth, hidden ones too, links not followed, sorted by path. A subfolder that cannot
 * be read is listed and named in `unreadable`. Throws `not_found`, `not_a_folder`, `outside_project`, `permission_denied`,
 * `too_large`, and `invalid_input` for an offset past the end.
 */
export const listDirTool = defineTool({
  name: "listDir",
  description: "Lists a folder down to a depth: one entry per line, / marks folders, @ symbolic links.",
  input: listDirInput,
  result: listDirResult,
  effect: (input, ctx) => ({ kind: "read" as const, paths: [path.resolve(ctx.projectRoot, input.path ?? ".")] }),
  async run(input, ctx) {
    const given = input.path ?? ".";
    const scope = readScopeOf(ctx);
    const folder = await resolveForReading(scope, given);
    try {
      if (!(await stat(folder)).isDirectory())
        throw new SpindleError("not_a_folder", `${given} is not a folder.`, { hint: "Read it with readFile.", details: { path: given } });
    } catch (error) {
      throw error instanceof SpindleError ? error : fileError(error, given);
    }
    const { entries, unreadable } = await collect(scope, folder, given, input.depth ?? 2, ctx.signal);
    const offset = input.offset ?? 1;
    if (offset > Math.max(1, entries.length)) {
      throw new SpindleError("invalid_input", "offset exceeds directory entry count", {
        hint: `There are ${entries.length} entries.`,
        details: { offset, entries: entries.length },
      });
    }
    const shown = entries.slice(offset - 1, offset - 1 + (input.limit ?? (ctx.fromScript ? SCRIPT_ENTRIES : DIRECT_ENTRIES)));
    const more = offset - 1 + shown.length < entries.length;
    const text = [
      `Absolute path: ${folder}`,
      ...shown.map(entryLine),
      ...(more ? [`More than ${shown.length} entries found`] : []),
      ...unreadable.map((name) => `Could not be read: ${name}/`),
    ];
    return {
      result: { path: given, entries: shown, truncated: more, ...(unreadable.length === 0 ? {} : { unreadable }) },
      text: text.join("\n"),
      summary: `${shown.length} ${shown.length === 1 ? "entry" : "entries"}`,
    };
  },
});

/** All entries, breadth first, then sorted by their path as text (so `src.txt` stands between `src` and `src/a`). */
async function collect(
  scope: ReadScope,
  folder: string,
  given: string,
  depth: number,
  signal: AbortSignal,
): Promise<{ entries: Entry[]; unreadable: string[] }> {
  const entries: Entry[] = [];
  const unreadable: string[] = [];
  let level: string[] = [""];
  for (let at = 1; at <= depth && level.length > 0; at++) {
    const next: string[] = [];
    for (const relative of level) {
      signal.throwIfAborted();
      let children: Dirent[];
      try {
        children = await (relative === "" ? childrenOfGiven(scope, given) : childrenOf(scope, path.join(folder, relative)));
      } catch (error) {
        if (relative === "") throw error instanceof SpindleError ? error : fileError(error, given);
        unreadable.push(relative);
        continue;
      }
      for (const child of children) {
        const childPath = relative === "" ? child.name : `${relative}/${child.name}`;
        const kind = kindOf(child);
        entries.push({ path: childPath, kind, depth: at });
        if (kind === "dir") next.push(childPath);
      }
      if (entries.length > MAX_ENTRIES) {
        throw new SpindleError("too_large", `${given} has more than ${MAX_ENTRIES} entries down to depth ${depth}.`, {
          hint: "Use a smaller depth or a deeper folder.",
          details: { path: given },
        });
      }
    }
    level = next;
  }
  // The order of UTF-8 bytes is not that of UTF-16 units once there are characters beyond U+FFFF.
  const order = entries.some((entry) => /[\uD800-\uDFFF]/.test(entry.path)) ? byBytes : byUnits;
  return { entries: entries.sort((a, b) => order(a.path, b.path)), unreadable };
}

async function childrenOfGiven(scope: ReadScope, given: string): Promise<Dirent[]> {
  const { handle, absolute } = await openForReading(scope, given);
  try {
    return await readdir(nameOf(handle.fd, absolute), { withFileTypes: true });
  } finally {
    await handle.close();
  }
}

/** Of a folder that was a folder when its parent was read: a link in its place is not followed. */
async function childrenOf(scope: ReadScope, folder: string): Promise<Dirent[]> {
  const descriptor = openQuietly(scope, folder, "folder");
  if (descriptor === null) throw new SpindleError("permission_denied", `${folder} cannot be read.`);
  try {
    return await readdir(nameOf(descriptor, folder), { withFileTypes: true });
  } finally {
    closeSync(descriptor);
  }
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function kindOf(child: Dirent): Entry["kind"] {
  if (child.isSymbolicLink()) return "symlink";
  if (child.isDirectory()) return "dir";
  return child.isFile() ? "file" : "other";
}

const suffixes = { file: "", dir: "/", symlink: "@", other: "?" } as const;

function entryLine(entry: Entry): string {
  const name = cutHead(Buffer.from(path.posix.basename(entry.path), "utf8"), NAME_BYTES);
  return `${"  ".repeat(entry.depth - 1)}${name}${suffixes[entry.kind]}`;
}
