import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";

/**
 * The file that writing to `absolute` would reach: links followed, also a dangling one, whose target would be created.
 * The result's folder is real as far as it exists. Synchronous because it is asked before a call is approved. Throws the
 * error of the system, ELOOP when links go round.
 */
export function resolveWriteTarget(absolute: string): string {
  let current = absolute;
  for (let followed = 0; followed < 40; followed++) {
    const place = resolveEntry(current);
    const link = readLink(place);
    if (link === undefined) return place;
    current = path.resolve(path.dirname(place), link);
  }
  throw Object.assign(new Error(`${absolute}: too many symbolic links`), { code: "ELOOP" });
}

/** The directory entry itself: links in the folder part are followed, the last component is not. What deleting reaches. */
export function resolveEntry(absolute: string): string {
  const rest = [path.basename(absolute)];
  let folder = path.dirname(absolute);
  for (;;) {
    try {
      return path.join(realpathSync.native(folder), ...rest);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const parent = path.dirname(folder);
      if ((code !== "ENOENT" && code !== "ENOTDIR") || parent === folder) throw error;
      rest.unshift(path.basename(folder));
      folder = parent;
    }
  }
}

function readLink(place: string): string | undefined {
  try {
    return lstatSync(place).isSymbolicLink() ? readlinkSync(place) : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
