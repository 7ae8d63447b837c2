import { readdirSync, readFileSync } from "node:fs";

/** Pids whose command line contains `mark` and that are no zombies. */
export function livingWith(mark: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        // bash -c commands carry the mark as text: only the renamed process starts with it.
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(mark);
      } catch {
        return false;
      }
    });
}

/** Processes that run and have `mark` anywhere in their command line. */
export function livingWithin(mark: string): readonly { readonly pid: number; readonly line: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return line.includes(mark) ? [{ pid, line }] : [];
    } catch {
      return [];
    }
  });
}
