import { closeSync, constants as flags, openSync, readlinkSync, realpathSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { fileError, isInside, realpathOfExisting } from "./paths.ts";

/** What calls of a conversation may read. Paths are absolute and real. */
export interface ReadScope {
  readonly projectRoot: string;
  /** Files and folders outside the project that the person attached. */
  readonly readGrants: readonly string[];
  /** Places with secrets and Spindle's own data: not read even where the project or a grant holds them. */
  readonly hidden: readonly string[];
  /** True at the sandbox level `full`: commands may read everything, so tools may. */
  readonly anywhere: boolean;
}

/**
 * True when a real path may be read. A hidden place that holds the project, or a grant, is open where these are: the person
 * chose them by name.
 */
export function isReadable(scope: ReadScope, real: string): boolean {
  if (scope.anywhere) return true;
  const open = [scope.projectRoot, ...scope.readGrants].filter((folder) => isInside(folder, real));
  if (open.length === 0) return false;
  return scope.hidden.every((place) => !isInside(place, real) || open.some((folder) => isInside(place, folder)));
}

/**
 * Resolves a path of a tool call for reading, relative to the project: where it leads must be readable, or nothing there.
 * Resolves with the path as written, absolute. Throws `outside_project`, `permission_denied` (hidden), or `invalid_input`
 * for a NUL byte. A link can be swapped in afterwards: what is read must be opened by `openForReading`.
 */
export async function resolveForReading(scope: ReadScope, given: string): Promise<string> {
  if (given.includes("\0")) throw new SpindleError("invalid_input", "A path must not contain a NUL byte.");
  const absolute = path.resolve(scope.projectRoot, given);
  if (scope.anywhere) return absolute;
  let real: string;
  try {
    real = await realpathOfExisting(absolute);
  } catch (error) {
    throw fileError(error, given);
  }
  assertReadable(scope, real, given);
  return absolute;
}

/**
 * Opens a file of a tool call. The path is checked before, so that nothing outside is ever touched, and the open file is asked
 * where it is, so that a link swapped in between gives nothing away. The caller closes it. Throws as `resolveForReading` and
 * the error of the system.
 */
export async function openForReading(
  scope: ReadScope,
  given: string,
): Promise<{ readonly handle: FileHandle; readonly absolute: string; readonly real: string }> {
  const absolute = await resolveForReading(scope, given);
  // Non-blocking: opening a pipe that nobody writes to must not hang.
  const handle = await open(absolute, flags.O_RDONLY | flags.O_NONBLOCK);
  try {
    const real = placeOf(handle.fd, absolute);
    assertReadable(scope, real, given);
    return { handle, absolute, real };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * As `openForReading`, for many in a row that were found in the scope: a descriptor, or null when it is gone, not readable for us
 * or elsewhere by now. A folder is not followed when a link is in its place.
 */
export function openQuietly(scope: ReadScope, absolute: string, kind: "file" | "folder"): number | null {
  let descriptor: number;
  try {
    const folder = kind === "folder" ? flags.O_DIRECTORY | flags.O_NOFOLLOW : 0;
    descriptor = openSync(absolute, flags.O_RDONLY | flags.O_NONBLOCK | folder);
  } catch {
    return null;
  }
  if (isReadable(scope, placeOf(descriptor, absolute))) return descriptor;
  closeSync(descriptor);
  return null;
}

/**
 * Real path of an open file. On Linux the kernel says it; elsewhere the path is looked at again, which leaves a window to whoever
 * changes links in just that moment.
 */
export function placeOf(descriptor: number, absolute: string): string {
  return process.platform === "linux" ? readlinkSync(`/proc/self/fd/${descriptor}`) : realpathSync(absolute);
}

/** A path that leads to an open file or folder, whatever its own path leads to by now; outside Linux its own path. */
export function nameOf(descriptor: number, absolute: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${descriptor}` : absolute;
}

function assertReadable(scope: ReadScope, real: string, given: string): void {
  if (isReadable(scope, real)) return;
  const details = { path: given };
  if (isReadable({ ...scope, hidden: [] }, real)) {
    throw new SpindleError("permission_denied", `${given} is a place of keys or of Spindle's own data, which tools do not read.`, {
      hint: "The person can attach the file if it has to be read.",
      details,
    });
  }
  throw new SpindleError("outside_project", `${given} is outside the project.`, {
    hint: "Use a path inside the project, or ask the person to attach the file.",
    details,
  });
}
