import { SpindleError } from "../../protocol/error.ts";

/** Runs what reads or writes the journal's folder; what the system refuses is told as `io_error` that names the folder. */
export async function inJournal<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw journalError(folder, error);
  }
}

function journalError(folder: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof SpindleError || code === undefined) return error;
  const [what, hint] = reasons[code] ?? [`${code}`, "Look after the disk that holds this folder, then try again."];
  return new SpindleError("io_error", `What files held before cannot be kept for undo in ${folder}: ${what}.`, {
    hint: `No file was changed. ${hint}`,
    details: { path: folder, reason: code },
    cause: error,
  });
}

const full = "Make room on the disk that holds this folder, then try again.";
const reasons: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ["the disk is full", full],
  EDQUOT: ["the quota of this user is used up", full],
  EACCES: ["it may not be written by this user", "Give this user the folder, then try again."],
  EPERM: ["it may not be written by this user", "Give this user the folder, then try again."],
  EROFS: ["the disk is read-only", "Make it writable, then try again."],
};
