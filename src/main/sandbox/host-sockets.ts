import { lstatSync, readFileSync, realpathSync } from "node:fs";

/**
 * Real paths of the unix sockets that exist now on this machine, for masking them in a sandbox that may make sockets of its own: a
 * connection to one of them (a container engine, an agent for keys) would be a way out. Linux; 0.6 ms for some hundred.
 */
export function hostSockets(table: string = readFileSync("/proc/net/unix", "utf8")): readonly string[] {
  const paths = table.split("\n").flatMap((line) => {
    // Seven columns, then the path, which may hold spaces; abstract names begin with @ and belong to the network namespace.
    const place = /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1];
    return place === undefined ? [] : [place];
  });
  return [...new Set(paths.flatMap(realSocket))].toSorted();
}

/** None for what is gone, or lies in a folder this user cannot enter: a command cannot either. */
function realSocket(place: string): readonly string[] {
  try {
    return lstatSync(place).isSocket() ? [realpathSync(place)] : [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return [];
    throw error;
  }
}
