import type { Dirent } from "node:fs";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { guardedNames, isGitFolder } from "../lib/git-folder.ts";
import { isInside } from "../lib/paths.ts";
import { isOwnUnreadable } from "../lib/read-quietly.ts";

/** What must stay read-only in a writable folder because others trust and run it. */
export interface GuardedPaths {
  /** Folders between the root and a guarded path, outermost first: mounted onto themselves, so that they cannot be renamed away. */
  readonly pins: readonly string[];
  /** `.git` folders and files, git folders they point to, bare repositories, `.spindle`: read-only. */
  readonly readOnly: readonly string[];
  /** True when some of it was not there in every search so far: a command that still runs may have made it, and may replace it. */
  readonly fresh: boolean;
}

type Found = Omit<GuardedPaths, "fresh">;

/** Folders that a scan looks at. Beyond that no command runs: what was not looked at would not be guarded. */
const maxFolders = 2_000_000;
/** Folders that are read at the same time. */
const width = 32;

/** A scan is used again for a second at least, so that parallel commands of one script share it, and as long as this many of it take. */
const scanMs = 1_000;
const scanWorth = 20;

/**
 * Makes a search that remembers its finds: one of a small folder for a second, one that took long for longer, so that looking never
 * takes more than a twentieth of the time. A repository that the person makes in between is guarded from the next scan on.
 */
export function createGuardedPathFinder(): (roots: readonly string[]) => Promise<GuardedPaths> {
  const scans = new Map<string, { until: number; readonly result: Promise<Found> }>();
  /** What every search of a root found: commands cannot move it, it is guarded in all of them. */
  const always = new Map<string, ReadonlySet<string>>();
  const scan = (root: string): Promise<Found> => {
    const known = scans.get(root);
    if (known !== undefined && performance.now() < known.until) return known.result;
    const begun = performance.now();
    const made = { until: Number.POSITIVE_INFINITY, result: findGuardedPaths(root) };
    scans.set(root, made);
    made.result.then(
      ({ readOnly }) => {
        const known = always.get(root);
        always.set(root, new Set(readOnly.filter((file) => known === undefined || known.has(file))));
        const now = performance.now();
        made.until = Math.max(begun + scanMs, now + scanWorth * (now - begun));
      },
      // A failure must not be remembered; who waits for it gets it.
      () => scans.delete(root),
    );
    return made.result;
  };
  return async (roots) => {
    const all = await Promise.all(roots.map(scan));
    return {
      pins: all.flatMap((one) => one.pins),
      readOnly: all.flatMap((one) => one.readOnly),
      fresh: all.some((one, index) => one.readOnly.some((file) => always.get(roots[index] ?? "")?.has(file) !== true)),
    };
  };
}

/**
 * Looks for repositories in a folder that a command may write: a hook or a setting written there would run later, outside
 * the sandbox. Costs 4-19 ms for 2,000 files, 250 ms for 20,000 folders. `node_modules` is looked at like any other folder but not
 * below its packages: nobody works in a repository there. Throws `sandbox_unavailable` for a `.git` that is a symbolic link (it could
 * be replaced and nothing can be mounted on it), for more than `limit` folders and for a path that is too long to be read.
 */
export async function findGuardedPaths(root: string, limit: number = maxFolders): Promise<Found> {
  const readOnly: string[] = [];
  let level: readonly string[] = [root];
  let seen = 0;
  while (level.length > 0) {
    seen += level.length;
    if (seen > limit) {
      throw new SpindleError("sandbox_unavailable", `${root} has more than ${limit} folders, too many to look for repositories in.`, {
        hint: "Open a smaller folder, use the sandbox level read-only, or ask to run the command outside the sandbox.",
        details: { path: root },
      });
    }
    const found = await inParallel(level, width, (folder) => look(folder, root));
    readOnly.push(...found.flatMap((folder) => folder.guarded));
    level = found.flatMap((folder) => folder.below);
  }
  const linked = (await Promise.all(readOnly.map((file) => gitFolderOf(file))))
    .flat()
    .filter((folder) => folder !== root && isInside(root, folder));
  const all = [...new Set([...readOnly, ...linked])].toSorted();
  const outermost = all.filter((file) => !all.some((other) => other !== file && isInside(other, file)));
  const pins = new Set(outermost.flatMap((file) => ancestors(root, file)));
  return { pins: [...pins].toSorted(), readOnly: outermost };
}

async function look(folder: string, root: string): Promise<{ readonly guarded: readonly string[]; readonly below: readonly string[] }> {
  const guarded: string[] = [];
  const below: string[] = [];
  const entries = await readEntries(folder);
  // A command could make it readable and change a repository in it: read-only whole.
  if (entries === null) return { guarded: [folder], below: [] };
  const names = new Set(entries.map((entry) => entry.name));
  if (folder !== root && isGitFolder((name) => names.has(name))) return { guarded: [folder], below: [] };
  const deep = !isPackage(folder);
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (guardedNames.has(entry.name)) {
      if (entry.isSymbolicLink()) {
        throw new SpindleError("sandbox_unavailable", `${full} is a symbolic link, which the sandbox cannot protect.`, {
          hint: "Use the sandbox level read-only, or ask to run the command outside the sandbox.",
          details: { path: full },
        });
      }
      if (entry.isDirectory() || entry.isFile()) guarded.push(full);
    } else if (entry.isDirectory() && deep) {
      below.push(full);
    }
  }
  return { guarded, below };
}

/** What is in a folder; nothing when it is gone or another user's, null when it is this user's but cannot be read. */
async function readEntries(folder: string): Promise<readonly Dirent[] | null> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    if (code === "EACCES") return isOwnUnreadable(folder) ? null : [];
    throw new SpindleError("sandbox_unavailable", `${folder.slice(0, 200)} cannot be searched for repositories (${code}).`, {
      hint: "Remove that folder, use the sandbox level read-only, or ask to run the command outside the sandbox.",
      details: { path: folder },
      cause: error,
    });
  }
}

/** A package in `node_modules`, `@scope/name` included. */
function isPackage(folder: string): boolean {
  const parent = path.dirname(folder);
  if (path.basename(parent) === "node_modules") return !path.basename(folder).startsWith("@");
  return path.basename(parent).startsWith("@") && path.basename(path.dirname(parent)) === "node_modules";
}

/** For a `.git` file (worktree, submodule): the folders it points to. */
async function gitFolderOf(file: string): Promise<readonly string[]> {
  if (path.basename(file) !== ".git" || !(await lstat(file)).isFile()) return [];
  try {
    const pointer = /^gitdir:\s*(.+)$/m.exec(await readFile(file, "utf8"))?.[1]?.trim();
    if (pointer === undefined) return [];
    const folder = await realpath(path.resolve(path.dirname(file), pointer));
    const common = await readFile(path.join(folder, "commondir"), "utf8").then(
      (text) => realpath(path.resolve(folder, text.trim())),
      () => folder,
    );
    return [folder, common];
  } catch (error) {
    // A pointer to nowhere: git would fail on it too.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Folders between a root and a path in it. */
export function ancestors(root: string, file: string): readonly string[] {
  const found: string[] = [];
  for (let folder = path.dirname(file); folder !== root && isInside(root, folder); folder = path.dirname(folder)) found.push(folder);
  return found;
}
