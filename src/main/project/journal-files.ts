import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isAlive, type ProcessIdentity } from "../lib/process-identity.ts";
import { namesIn, syncFolder } from "./durable.ts";
import { ownerText, parseOwner } from "./process-lock.ts";

/**
 * Files of changes that are under way. A name tells which process writes it, and a file appears under its name only when it is
 * complete: whoever comes by later neither reads half of it nor takes it for torn.
 */
export interface OpenFiles {
  /** Where the file of a change of this process is. */
  fileOf(changeId: string): string;
  /** Writes it; `durable` waits until it and its name are on disk. */
  write(changeId: string, text: string, durable: boolean): Promise<void>;
  remove(changeId: string): Promise<void>;
  /** Files whose process is gone, oldest first. What a process writes that still runs is left out, and never touched. */
  orphans(): Promise<Orphan[]>;
}

export interface Orphan {
  readonly name: string;
  readonly file: string;
  /** Null when it went away meanwhile. */
  readonly text: string | null;
  /** True when its name says who wrote it: then it is complete. Files of older versions may be torn, or just being written. */
  readonly isComplete: boolean;
}

/** `folder` is made when first needed. */
export function openFilesIn(folder: string, owner: ProcessIdentity): OpenFiles {
  let isMade = false;
  const fileOf = (changeId: string): string => path.join(folder, `${changeId}~${ownerText(owner)}.json`);
  return {
    fileOf,
    async write(changeId, text, durable) {
      if (!isMade) await mkdir(folder, { recursive: true, mode: 0o700 });
      isMade = true;
      const file = fileOf(changeId);
      await writeWhole(file, text, durable);
    },
    remove: (changeId) => rm(fileOf(changeId), { force: true }),
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
        found.push({ name, file, text: await textOf(file), isComplete: writer !== null });
      }
      return found;
    },
  };
}

/** Writes a file under another name first, so that it is complete or absent. `durable` waits until it and its name are on disk. */
export async function writeWhole(file: string, text: string, durable: boolean): Promise<void> {
  const part = `${file}.part`;
  if (!durable) {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, file);
    return;
  }
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
