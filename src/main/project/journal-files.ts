import { closeSync, constants as flags, fsync, openSync, renameSync, writeSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { isAlive, type ProcessIdentity } from "../lib/process-identity.ts";
import { namesIn, syncFolder } from "./durable.ts";
import { ownerText, parseOwner } from "./process-lock.ts";

/**
 * Files of changes that are under way: a file is begun in one folder with a first line, gets its last line when all is ready, and
 * moves to the next folder. A name tells which process writes it. Only its first line counts where it was begun, only its last
 * where it was moved to: both are complete there, whenever the process dies.
 */
export interface OpenFiles {
  /** Where the file of a change of this process is. */
  fileOf(changeId: string): string;
  /** Makes it with its first line. */
  begin(changeId: string, line: string): Promise<void>;
  /** Gives it its last line and moves it to `next`; waits until it and its name are on disk. */
  handOver(changeId: string, line: string, next: OpenFiles): Promise<void>;
  /** Harmless when it was moved. */
  remove(changeId: string): Promise<void>;
  /** Files whose process is gone, oldest first. What a process writes that still runs is left out, and never touched. */
  orphans(): Promise<Orphan[]>;
}

export interface Orphan {
  readonly name: string;
  readonly file: string;
  /** Null when it went away meanwhile. */
  readonly text: string | null;
  /** True when its name says who wrote it. Files of older versions do not; they may be torn, or just being written. */
  readonly isOwned: boolean;
}

/** `folder` is made when first needed. */
export function openFilesIn(folder: string, owner: ProcessIdentity): OpenFiles {
  const fileOf = (changeId: string): string => path.join(folder, `${changeId}~${ownerText(owner)}.json`);
  const begun = new Map<string, number>();
  const close = (changeId: string): void => {
    const descriptor = begun.get(changeId);
    begun.delete(changeId);
    if (descriptor !== undefined) closeSync(descriptor);
  };
  return {
    fileOf,
    async begin(changeId, line) {
      // Small, and made in the time that asking another thread would take.
      const create = (): number => openSync(fileOf(changeId), flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL, 0o600);
      const descriptor = await withFolder(folder, create);
      begun.set(changeId, descriptor);
      writeWholly(descriptor, `${line}\n`);
    },
    async handOver(changeId, line, next) {
      const descriptor = begun.get(changeId);
      if (descriptor === undefined) throw new Error(`Change ${changeId} was not begun.`);
      writeWholly(descriptor, line);
      await promisify(fsync)(descriptor);
      close(changeId);
      const file = next.fileOf(changeId);
      await withFolder(path.dirname(file), () => renameSync(fileOf(changeId), file));
      await syncFolder(path.dirname(file));
    },
    async remove(changeId) {
      close(changeId);
      await rm(fileOf(changeId), { force: true });
    },
    async orphans() {
      const found: Orphan[] = [];
      for (const name of (await namesIn(folder)).toSorted()) {
        const file = path.join(folder, name);
        const [, written, part] = /~([\d-]+)\.json(\.part)?$/.exec(name) ?? [];
        const writer = written === undefined ? null : parseOwner(written);
        if (writer !== null && isAlive(writer)) continue;
        if (part !== undefined) {
          // Its process died before it was complete, so before anything was done.
          await rm(file, { force: true });
          continue;
        }
        if (!name.endsWith(".json")) continue;
        found.push({ name, file, text: await textOf(file), isOwned: writer !== null });
      }
      return found;
    },
  };
}

/** Does what needs the folder; makes it first when it is not there. */
export async function withFolder<T>(folder: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return action();
  }
}

function writeWholly(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

/** Writes a file under another name first, so that it is complete or absent; waits until it and its name are on disk. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  const handle = await open(part, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  await syncFolder(path.dirname(file));
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Gone: its process, or another one that starts, was faster. A folder: not ours.
    if (code === "ENOENT" || code === "EISDIR") return null;
    throw error;
  }
}
