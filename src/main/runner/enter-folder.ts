import { closeSync, constants as flags, fstatSync, openSync } from "node:fs";
import { SpindleError } from "../../protocol/error.ts";
import { folderId } from "../lib/folder.ts";
import type { RunRequest } from "./runner.ts";

/** The folder of a child, held until it has started. */
export interface HeldFolder {
  /** What the child changes to. */
  readonly path: string;
  release(): void;
}

/**
 * Holds the folder that a child is to start in. With `folderId` it is opened and looked at, and on Linux the child enters what was
 * opened: whoever exchanges folders in between gains nothing. Elsewhere it is entered by its path, which leaves a moment. Throws
 * `denied` when it is another folder.
 */
export function holdFolder({ cwd, folderId: wanted }: Pick<RunRequest, "cwd" | "folderId">): HeldFolder {
  if (wanted === undefined) return { path: cwd, release: () => undefined };
  let descriptor: number;
  try {
    descriptor = openSync(cwd, flags.O_RDONLY | flags.O_DIRECTORY | flags.O_NOFOLLOW);
  } catch (error) {
    throw anotherFolder(cwd, error);
  }
  if (folderId(fstatSync(descriptor, { bigint: true })) !== wanted) {
    closeSync(descriptor);
    throw anotherFolder(cwd);
  }
  return { path: process.platform === "linux" ? `/proc/self/fd/${descriptor}` : cwd, release: () => closeSync(descriptor) };
}

function anotherFolder(cwd: string, cause?: unknown): SpindleError {
  return new SpindleError("denied", `${cwd} is another folder than the one the command was allowed in.`, {
    hint: "Look at what changed, then ask again.",
    details: { path: cwd },
    cause,
  });
}
