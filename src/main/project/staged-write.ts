import { accessSync, constants as flags, fstatSync, renameSync, type Stats } from "node:fs";
import { open as openFile, unlink, type FileHandle } from "node:fs/promises";
import type { Anchor } from "./anchor.ts";
import { bytesOf, type Content, sizeOf, writeContent } from "./content.ts";
import { identityOf, stampOf, statOrUndefined } from "./file-state.ts";
import { AT_ONCE_BYTES, createNewFile, type NewFile } from "./new-file.ts";
import { type Displaced, identityAt, swapIn, TouchedEntry } from "./swap-entry.ts";

/** New content of a file, complete in a temp file beside it, not yet in its place. */
export interface StagedWrite {
  /** True when the content is copied over the old one instead of renamed into place: hard links, or an owner we cannot give. */
  readonly inPlace: boolean;
  /** Mode the file will have. */
  readonly mode: number;
  /** Waits until the new content is on disk; before that nothing may be put in its place. */
  sync(): Promise<void>;
  /**
   * Puts the content in its place, which should carry `stamp` (null: whatever is there now). On failure of an in-place write the
   * old content is put back. The anchor is of the same folder as the one it was staged with. Throws `TouchedEntry` when the
   * place carries another stamp.
   */
  commit(anchor: Anchor, stamp: string | null): Promise<Placed>;
  /** Removes the temp file. Harmless after `commit`. */
  discard(anchor: Anchor): Promise<void>;
}

/** Thrown when an in-place write failed and the old content could not be put back either. */
export class TornFile extends Error {
  constructor(place: string, cause: unknown) {
    super(`${place} could not be put back: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A content that is in its place. */
export interface Placed {
  /** What was put there (`identityOf`). */
  readonly identity: string;
  readonly displaced: Displaced | null;
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
  const bytes = sizeOf(options.bytes) <= AT_ONCE_BYTES ? await bytesOf(options.bytes) : options.bytes;
  const file = await createNewFile(temp, wantedMode === undefined ? 0o666 : 0o600, bytes);
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
    async commit(now, stamp) {
      const from = now.at(options.tempName);
      const to = now.at(options.name);
      if (inPlace && existing !== undefined) {
        const written = await overwrite(to, stamp ?? { inode: existing }, options.bytes, mode);
        await unlink(from);
        return { identity: written, displaced: null };
      }
      const identity = identityAt(from);
      if (stamp !== null) return { identity, displaced: swapIn(from, to, stamp) };
      renameSync(from, to);
      return { identity, displaced: null };
    },
    async discard(now) {
      await close();
      await removeIfThere(now.at(options.tempName));
    },
  };
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

/** Writes over what a file holds; resolves with what it is then (`identityOf`). `expected`: its stamp, or at least the same file. */
async function overwrite(place: string, expected: string | { readonly inode: Stats }, bytes: Content, mode: number): Promise<string> {
  const handle = await openFile(place, flags.O_RDWR | flags.O_NOFOLLOW).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOENT" || code === "ELOOP" ? new TouchedEntry() : error;
  });
  try {
    const before = await handle.readFile();
    // The last look comes right before the first byte is written.
    const now = fstatSync(handle.fd);
    const isExpected =
      typeof expected === "string" ? stampOf(now) === expected : now.ino === expected.inode.ino && now.dev === expected.inode.dev;
    if (!isExpected) throw new TouchedEntry();
    try {
      await replaceContent(handle, bytes);
    } catch (error) {
      await replaceContent(handle, before).catch((again: unknown) => {
        throw new TornFile(place, again);
      });
      throw error;
    }
    if ((now.mode & 0o7777) !== mode) await handle.chmod(mode);
    return identityOf(fstatSync(handle.fd));
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
