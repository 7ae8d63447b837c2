import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { isInside } from "../lib/paths.ts";
import { readQuietly } from "../lib/read-quietly.ts";
import { createSharedWalk } from "./shared-walk.ts";
import { socketsBelow, socketsOf } from "./socket-walk.ts";

export interface SocketSearch {
  /** Folders of the project: commands may have sockets of their own there. Looked into whole, or the search rejects. Real paths. */
  readonly shown: readonly string[];
  /** Further folders to look into with all that is in them, besides those that sockets are known to be in. Real paths. */
  readonly elsewhere: readonly string[];
  /** Lower half of the inode numbers of bound sockets (`socketInodes`); null when not known: then every socket file counts. */
  readonly inodes: ReadonlySet<number> | null;
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
  /** The kernel's list; given by tests. */
  readonly table?: string;
}

/** Folders outside the project read at most: 0.1 s or so. */
const mostElsewhere = 5_000;
const socketsShown = createSharedWalk((folders, signal) => socketsBelow(folders, { signal }));
/** What was found there holds so long: a command cannot change anything there. */
const heldMs = 10_000;
let held: { readonly folders: string; readonly until: number; readonly files: readonly string[] } = { folders: "", until: 0, files: [] };

/**
 * Real paths of the files of unix sockets that exist now on this machine, for masking them in a sandbox that may make sockets of its
 * own: a connection to one of them (a container engine, an agent for keys) would be a way out. Linux.
 *
 * The kernel's list has the names they were bound with, in this network namespace. The others - bound by a relative name, renamed,
 * or bound in a container - are looked for as files: outside the project each of them counts; in it, those that the kernel knows, and
 * those of other users, because no command of ours has made them. Rejects with `sandbox_unavailable` when the project cannot be
 * looked into whole.
 */
export async function hostSockets({ shown, elsewhere, inodes, signal, table }: SocketSearch): Promise<readonly string[]> {
  const names = (table ?? readFileSync("/proc/net/unix", "utf8")).split("\n").flatMap((line) => {
    // Seven columns, then the path, which may hold spaces; abstract names begin with @ and belong to the network namespace.
    const name = /^(?:\S+\s+){7}([^@\s].*)$/.exec(line)?.[1];
    return name === undefined || line.startsWith("Num ") ? [] : [name];
  });
  const found = new Set(names.filter((name) => path.isAbsolute(name)).flatMap(realSocket));
  const candidates = [
    ...usualFolders(names).flatMap(socketsOf),
    ...(await socketsElsewhere(elsewhere)),
    ...(await socketsShown(shown, signal)),
  ];
  for (const file of candidates.flatMap(realSocket)) {
    if (!shown.some((folder) => isInside(folder, file)) || isForeign(file, inodes)) found.add(file);
  }
  return [...found].toSorted();
}

/** In the project: bound by a program of this network namespace, or not by this user. */
function isForeign(file: string, inodes: ReadonlySet<number> | null): boolean {
  if (inodes === null) return true;
  const [facts] = readQuietly(() => [lstatSync(file, { bigint: true })]);
  return facts !== undefined && (inodes.has(Number(facts.ino & 0xffff_ffffn)) || Number(facts.uid) !== process.getuid?.());
}

async function socketsElsewhere(folders: readonly string[]): Promise<readonly string[]> {
  const key = folders.join("\0");
  if (key === held.folders && performance.now() < held.until) return held.files;
  const files = await socketsBelow(folders, { upTo: mostElsewhere });
  held = { folders: key, until: performance.now() + heldMs, files };
  return files;
}

/** Where sockets are bound by their names, and where processes of this user work, each without what is below. */
function usualFolders(names: readonly string[]): readonly string[] {
  const work = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    // A process that ended, or belongs to somebody else, has none.
    .flatMap((name) => readQuietly(() => [readlinkSync(`/proc/${name}/cwd`)]));
  const places = [...new Set(work)];
  const named = names.flatMap((name) =>
    path.isAbsolute(name) ? [path.dirname(name)] : places.map((folder) => path.dirname(path.join(folder, name))),
  );
  return [...new Set([...named, ...places])];
}

/** None for what is gone, or lies in a folder this user cannot enter: a command cannot either. */
function realSocket(place: string): readonly string[] {
  return readQuietly(() => (lstatSync(place).isSocket() ? [realpathSync(place)] : []));
}
