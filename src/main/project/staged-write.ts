import { accessSync, constants as flags, lstatSync, renameSync, type Stats } from "node:fs";
import { open as openFile, unlink, type FileHandle } from "node:fs/promises";
import type { Anchor } from "./anchor.ts";
import { type Content, sizeOf, writeContent } from "./content.ts";
import { createNewFile, type NewFile } from "./new-file.ts";

/** New content of a file, complete in a temp file beside it, not yet in its place. */
export interface StagedWrite {
  /** True when the content is copied over the old one instead of renamed into place: hard links, or an owner we cannot give. */
  readonly inPlace: boolean;
  /** Mode the file will have. */
  readonly mode: number;
  /** Waits until the new content is on disk; before that nothing may be put in its place. */
  sync(): Promise<void>;
  /** Puts the content in its place. On failure of an in-place write the old content is put back. */
  commit(): Promise<void>;
  /** Removes the temp file. Harmless after `commit`. */
  discard(): Promise<void>;
}

export interface StageOptions {
  readonly name: string;
  readonly tempName: string;
  readonly bytes: Content;
  /** Mode for a file that does not exist yet; default as the umask says. An existing file keeps its mode. */
  readonly newMode?: number | undefined;
  /** Mode bits that an existing file gains (the executable bits of a file moved over it). */
  readonly addMode?: number | undefined;
  /** A link that stands there is replaced, not refused (putting a file back where somebody put a link). */
  readonly overLink?: boolean | undefined;
  /** The mode whatever was there (putting a file back). */
  readonly exactMode?: number | undefined;
}

/**
 * Writes the content to a temp file in the same folder. Mode and owner of an existing file are kept; a file
 * that this user may not write is refused although a rename would be possible. Throws the error of the system: EISDIR for
 * a folder, ELOOP for a link, EINVAL for a device or pipe.
 */
export async function stageWrite(anchor: Anchor, options: StageOptions): Promise<StagedWrite> {
  const place = anchor.at(options.name);
  const temp = anchor.at(options.tempName);
  const found = await statOrUndefined(place);
  const existing = options.overLink === true && found?.isSymbolicLink() === true ? undefined : found;
  if (existing !== undefined) assertReplaceable(existing, place);
  const wantedMode = options.exactMode ?? (existing === undefined ? options.newMode : (existing.mode & 0o7777) | (options.addMode ?? 0));
  const file = await createNewFile(temp, wantedMode === undefined ? 0o666 : 0o600, options.bytes);
  let mode: number;
  let inPlace: boolean;
  try {
    const ownerKept = existing === undefined || (await giveOwner(file, existing));
    inPlace = existing !== undefined && (existing.nlink > 1 || !ownerKept);
    if (wantedMode !== undefined) await file.chmod(wantedMode);
    await file.fill();
    mode = wantedMode ?? (await file.stat()).mode & 0o7777;
  } catch (error) {
    await file.close();
    await unlink(temp);
    throw error;
  }
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await file.close();
  };
  return {
    inPlace,
    mode,
    async sync() {
      await file.sync();
      await close();
    },
    commit: async () => {
      if (!inPlace || existing === undefined) return renameSync(temp, place);
      await overwrite(place, existing, options.bytes, mode);
      await unlink(temp);
    },
    async discard() {
      await close();
      await removeIfThere(temp);
    },
  };
}

/** `lstat`, or undefined when there is nothing. */
export async function statOrUndefined(place: string): Promise<Stats | undefined> {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Removes a file; none there is fine. */
export async function removeIfThere(place: string): Promise<void> {
  try {
    await unlink(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function assertReplaceable(existing: Stats, place: string): void {
  if (existing.isDirectory()) throw systemError("EISDIR", "is a directory", place);
  if (existing.isSymbolicLink()) throw systemError("ELOOP", "became a symbolic link", place);
  if (!existing.isFile()) throw systemError("EINVAL", "is not a regular file", place);
  accessSync(place, flags.W_OK);
}

/** False when the temp file cannot get the owner of the file it replaces. */
async function giveOwner(file: NewFile, existing: Stats): Promise<boolean> {
  const own = await file.stat();
  if (own.uid === existing.uid && own.gid === existing.gid) return true;
  try {
    await file.chown(existing.uid, existing.gid);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPERM") return false;
    throw error;
  }
}

async function overwrite(place: string, expected: Stats, bytes: Content, mode: number): Promise<void> {
  const handle = await openFile(place, flags.O_RDWR | flags.O_NOFOLLOW);
  try {
    const now = await handle.stat();
    if (now.ino !== expected.ino || now.dev !== expected.dev) throw systemError("EBUSY", "was replaced meanwhile", place);
    const before = await handle.readFile();
    try {
      await replaceContent(handle, bytes);
    } catch (error) {
      await replaceContent(handle, before);
      throw error;
    }
    if ((now.mode & 0o7777) !== mode) await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

async function replaceContent(handle: FileHandle, content: Content): Promise<void> {
  await writeContent(handle, content);
  await handle.truncate(sizeOf(content));
  await handle.sync();
}

function systemError(code: string, text: string, place: string): Error {
  return Object.assign(new Error(`${place} ${text}`), { code });
}
