import { lstatSync } from "node:fs";

/** What a name that leads nowhere, or not for this user, may give. */
const unreachable: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ESRCH", "ELOOP", "ENAMETOOLONG"]);

/** Nothing, where what is looked at cannot be reached. Throws other errors of the system. */
export function readQuietly<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (unreachable.has((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Nothing, where the look fails for whatever reason of the system: a folder on a disk that is gone says no more than one that is not there. */
export function readWhatever<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === "string") return [];
    throw error;
  }
}

/** For what cannot be read: true when it is this user's, who can make it readable, and so can a command. */
export function isOwnUnreadable(place: string): boolean {
  return readQuietly(() => [lstatSync(place).uid]).includes(process.geteuid?.() ?? -1);
}
