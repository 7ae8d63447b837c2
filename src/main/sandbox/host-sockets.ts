import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Dirent } from "node:fs";
import path from "node:path";

export interface SocketSearch {
  /** Folders to look into with all that is in them, besides those that sockets are known to be in. Real paths. */
  readonly folders: readonly string[];
  /** Lower half of the inode numbers of bound sockets (`socketInodes`); null when not known: then every socket file counts. */
  readonly inodes: ReadonlySet<number> | null;
  /** The kernel's list; given by tests. */
  readonly table?: string;
}

/** What was looked for in vain is not looked for again for so long, while nothing else is missing. */
const fruitlessMs = 10_000;
let fruitless: { readonly wanted: string; readonly until: number } = { wanted: "", until: 0 };

/** Folders read for one command at most: 0.1 s or so. Those that sockets are usually in come first. */
const mostFolders = 5_000;

/**
 * Real paths of the files of unix sockets that exist now on this machine, for masking them in a sandbox that may make sockets of its
 * own: a connection to one of them (a container engine, an agent for keys) would be a way out. Linux.
 *
 * The kernel's list has the names they were bound with. Those bound by a relative name, and those that were renamed, are looked
 * for by their inode in the folders of the others, where processes work, and in `folders`.
 */
export function hostSockets({ folders, inodes, table = readFileSync("/proc/net/unix", "utf8") }: SocketSearch): readonly string[] {
  const names = table.split("\n").flatMap((line) => {
    // Seven columns, then the path, which may hold spaces; abstract names begin with @ and belong to the network namespace.
    const name = /^(?:\S+\s+){7}([^@\s].*)$/.exec(line)?.[1];
    return name === undefined || line.startsWith("Num ") ? [] : [name];
  });
  const found = new Set(names.filter((name) => path.isAbsolute(name)).flatMap(realSocket));
  /** How many names each bound inode still has that were not found; at first nobody knows. */
  const missing = inodes === null ? null : new Map([...inodes].map((inode) => [inode, Number.POSITIVE_INFINITY]));
  const count = (file: string): void => {
    const { inode, links } = statOf(file);
    const left = missing?.get(inode);
    if (left === undefined) return;
    const next = (Number.isFinite(left) ? left : links) - 1;
    if (next > 0) missing?.set(inode, next);
    else missing?.delete(inode);
  };
  for (const file of found) count(file);
  if (missing?.size === 0) return [...found].toSorted();

  const keyOf = (sought: ReadonlyMap<number, number>): string => JSON.stringify([[...sought.keys()].toSorted((a, b) => a - b), folders]);
  const wanted = missing === null ? null : keyOf(missing);
  if (wanted !== null && wanted === fruitless.wanted && performance.now() < fruitless.until) return [...found].toSorted();

  const work = workFolders();
  const named = names.flatMap((name) =>
    path.isAbsolute(name) ? [path.dirname(name)] : work.map((folder) => path.dirname(path.join(folder, name))),
  );
  const queue = [...new Set([...named, ...work])].map((folder) => ({ folder, deep: false }));
  queue.push(...folders.map((folder) => ({ folder, deep: true })));
  for (let next = 0; next < queue.length && next < mostFolders && missing?.size !== 0; next++) {
    const { folder, deep } = queue[next] ?? { folder: "/", deep: false };
    for (const entry of entriesOf(folder)) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory() && deep) queue.push({ folder: full, deep });
      if (!entry.isSocket()) continue;
      for (const file of realSocket(full)) {
        if (found.has(file) || (inodes !== null && !inodes.has(statOf(file).inode))) continue;
        found.add(file);
        count(file);
      }
    }
  }
  // Sockets whose files were deleted are looked for in vain, and there are always some.
  if (missing !== null && missing.size > 0) fruitless = { wanted: keyOf(missing), until: performance.now() + fruitlessMs };
  return [...found].toSorted();
}

/** Folders that processes of this user are in; the own one of this process among them. */
function workFolders(): readonly string[] {
  const folders = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${name}/cwd`)];
      } catch {
        // It ended, or belongs to somebody else.
        return [];
      }
    });
  return [...new Set(folders)];
}

/** None for what is gone, or lies in a folder this user cannot enter: a command cannot either. */
function realSocket(place: string): readonly string[] {
  return reading(() => (lstatSync(place).isSocket() ? [realpathSync(place)] : []));
}

function entriesOf(folder: string): readonly Dirent[] {
  return reading(() => readdirSync(folder, { withFileTypes: true }));
}

/** The lower half of the inode number, as the kernel tells it, and how many names the file has. */
function statOf(file: string): { readonly inode: number; readonly links: number } {
  const [found] = reading(() => [lstatSync(file, { bigint: true })]);
  return found === undefined ? { inode: -1, links: 0 } : { inode: Number(found.ino & 0xffff_ffffn), links: Number(found.nlink) };
}

/** What a name in the kernel's list that leads nowhere may give; a command cannot connect by it either. */
const unreachable: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

function reading<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (unreachable.has(code ?? "")) return [];
    throw error;
  }
}
