import { closeSync, constants as flags, fchmodSync, fchownSync, fstatSync, fsync, openSync, type Stats, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { type Content, isStored, writeContent } from "./content.ts";

/** A file that did not exist before and is being filled. */
export interface NewFile {
  stat(): Stats | Promise<Stats>;
  chown(uid: number, gid: number): void | Promise<void>;
  chmod(mode: number): void | Promise<void>;
  /** Writes the whole content; to be called once. */
  fill(): void | Promise<void>;
  /** Waits until the content is on disk. */
  sync(): Promise<void>;
  close(): void | Promise<void>;
}

/**
 * Up to this many bytes a file is opened, read, written and closed at once instead of by the pool of threads: handing each
 * of some thirty calls per file to another thread costs ten times what the calls cost. Only syncing always waits outside.
 */
export const AT_ONCE_BYTES = 256 * 1024;

/** Makes a file for a content; `mode` as for `open`. Throws the error of the system, EEXIST when something stands there. */
export async function createNewFile(place: string, mode: number, content: Content): Promise<NewFile> {
  const how = flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL | flags.O_NOFOLLOW;
  if (!isStored(content) && content.length <= AT_ONCE_BYTES) return atOnce(openSync(place, how, mode), content);
  const handle = await open(place, how, mode);
  return {
    stat: () => handle.stat(),
    chown: (uid, gid) => handle.chown(uid, gid),
    chmod: (wanted) => handle.chmod(wanted),
    fill: () => writeContent(handle, content),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

const syncDescriptor = promisify(fsync);

function atOnce(descriptor: number, content: Uint8Array): NewFile {
  return {
    stat: () => fstatSync(descriptor),
    chown: (uid, gid) => fchownSync(descriptor, uid, gid),
    chmod: (mode) => fchmodSync(descriptor, mode),
    fill() {
      for (let written = 0; written < content.length;)
        written += writeSync(descriptor, content, written, content.length - written, written);
    },
    sync: () => syncDescriptor(descriptor),
    close: () => closeSync(descriptor),
  };
}
