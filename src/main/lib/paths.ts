import { realpath } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/** True when `child` is `parent` or inside it. Both absolute. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative === "" || (!relative.startsWith(`..${path.sep}`) && relative !== ".." && !path.isAbsolute(relative));
}

/** Resolves symlinks of the longest existing part of `absolute`; the rest is appended as written. */
export async function realpathOfExisting(absolute: string): Promise<string> {
  let existing = absolute;
  const rest: string[] = [];
  for (;;) {
    try {
      return path.join(await realpath(existing), ...rest);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const parent = path.dirname(existing);
      if ((code !== "ENOENT" && code !== "ENOTDIR") || parent === existing) throw error;
      rest.unshift(path.basename(existing));
      existing = parent;
    }
  }
}

/** Path as shown to people and models: relative to the project with forward slashes, or absolute when outside. `.` for the project itself. */
export function displayPath(projectRoot: string, absolute: string): string {
  if (!isInside(projectRoot, absolute)) return absolute;
  const relative = path.relative(projectRoot, absolute);
  return relative === "" ? "." : relative.split(path.sep).join("/");
}

/** Turns an error of the file system into a `SpindleError` that names the path as it was given. */
export function fileError(error: unknown, given: string): SpindleError {
  const cause = error as NodeJS.ErrnoException;
  const details = { path: given };
  switch (cause.code) {
    case "ENOENT":
      return new SpindleError("not_found", `${given} does not exist.`, { details, cause });
    case "ENOTDIR":
      return new SpindleError("not_found", `${given}: a part of the path is not a folder.`, { details, cause });
    case "EISDIR":
      return new SpindleError("not_a_file", `${given} is a folder.`, { details, cause });
    case "EACCES":
    case "EPERM":
      return new SpindleError("permission_denied", `${given} may not be read or written by this user.`, { details, cause });
    case "ELOOP":
      return new SpindleError("io_error", `${given} goes round in a loop of symbolic links.`, { details, cause });
    default:
      return new SpindleError("io_error", `${given}: ${cause.message ?? String(error)}`, { details, cause });
  }
}
