import { accessSync, closeSync, constants as flags, fstatSync, openSync } from "node:fs";
import { SpindleError } from "../../protocol/error.ts";
import { folderId } from "../lib/folder.ts";
import type { RunRequest } from "./runner.ts";

/** The folder of a child, held until it has started. */
export interface HeldFolder {
  /** What the child changes to. */
  readonly path: string;
  release(): void;
}

/** A folder is only named by it, not read: it may be one that can be entered and not listed. Linux. */
const onlyPath = 0o10000000;

/**
 * Holds the folder that a child is to start in. With `folderId` it is opened and looked at, and on Linux the child enters what was
 * opened: whoever exchanges folders in between gains nothing. Elsewhere it is entered by its path, which leaves a moment. Throws
 * `denied` when it is another folder, `command_not_started` when it is gone, may not be entered or cannot be held.
 */
export function holdFolder({ cwd, folderId: wanted }: Pick<RunRequest, "cwd" | "folderId">): HeldFolder {
  if (wanted === undefined) return { path: cwd, release: () => undefined };
  const isLinux = process.platform === "linux";
  let descriptor: number;
  try {
    descriptor = openSync(cwd, (isLinux ? onlyPath : flags.O_RDONLY) | flags.O_DIRECTORY | flags.O_NOFOLLOW);
  } catch (error) {
    throw openError(cwd, error);
  }
  const held = { path: isLinux ? `/proc/self/fd/${descriptor}` : cwd, release: () => closeSync(descriptor) };
  try {
    if (folderId(fstatSync(descriptor, { bigint: true })) !== wanted) throw anotherFolder(cwd);
    // The child would report either as a program that is missing or may not be run.
    accessSync(held.path, flags.X_OK);
    return held;
  } catch (error) {
    held.release();
    if (error instanceof SpindleError) throw error;
    if (isLinux && (error as NodeJS.ErrnoException).code === "ENOENT")
      throw notHeld(cwd, "cannot be entered safely: /proc is not there.", "Mount /proc, or run the command in the sandbox.", error);
    throw openError(cwd, error);
  }
}

function openError(cwd: string, error: unknown): SpindleError {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return notHeld(cwd, "does not exist any more.", "Look at what changed, then run the command in an existing folder.", error);
    case "EACCES":
    case "EPERM":
      return notHeld(cwd, "may not be entered by this user.", "Run the command in another folder.", error);
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return notHeld(
        cwd,
        "cannot be entered: the system has no room for another open file.",
        "Wait until other commands have ended.",
        error,
      );
    default:
      return anotherFolder(cwd, error);
  }
}

function notHeld(cwd: string, what: string, hint: string, cause: unknown): SpindleError {
  return new SpindleError("command_not_started", `The folder ${cwd} ${what}`, { hint, details: { path: cwd }, cause });
}

function anotherFolder(cwd: string, cause?: unknown): SpindleError {
  return new SpindleError("denied", `${cwd} is another folder than the one the command was allowed in.`, {
    hint: "Look at what changed, then ask again.",
    details: { path: cwd },
    cause,
  });
}
