import { createReadStream, createWriteStream } from "node:fs";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { ConversationId } from "../../protocol/ids.ts";
import { blobFile, COMPRESSED } from "./blob-store.ts";
import { namesIn } from "./durable.ts";
import { changeTime, type JournalRecord, parseRecord } from "./journal-record.ts";
import { packFile } from "./pack-file.ts";

/** What is kept of old contents, and how long. */
export interface Retention {
  readonly maxAgeMs: number;
  /** All kept contents together, bytes. */
  readonly maxBytes: number;
  /** Contents younger than this are never removed: their record may just be being written. */
  readonly graceMs: number;
}

export const RETENTION: Retention = { maxAgeMs: 30 * 24 * 3_600_000, maxBytes: 1024 ** 3, graceMs: 3_600_000 };

export interface SweepResult {
  /** Records that were dropped: their changes cannot be undone any more. */
  readonly records: number;
  /** Kept contents that were removed. */
  readonly contents: number;
  /** Large contents that were compressed. */
  readonly compressed: number;
}

export interface Sweeper {
  /**
   * Drops records of conversations that are gone, too old ones and the oldest beyond the limit, then every content that no
   * record names. In short turns, between which changes of files go on.
   */
  sweep(conversationExists: (id: ConversationId) => boolean): Promise<SweepResult>;
  /** Removes all records of a conversation and every content that no other record names. */
  forget(conversationId: ConversationId): Promise<void>;
}

interface Parts {
  readonly folder: string;
  readonly retention: Retention;
  readonly now: () => number;
  /** Runs something while no process changes files. */
  readonly locked: <T>(action: () => Promise<T>) => Promise<T>;
  readonly folderOf: (conversationId: ConversationId) => string;
}

/** Files looked at or removed while others wait. */
const TURN = 200;
const MIN_COMPRESSED = 64 * 1024;
const TRIED_MS = 2 * 24 * 3_600_000;

export function createSweeper({ folder, retention, now, locked, folderOf }: Parts): Sweeper {
  const done = path.join(folder, "done");
  const packs = path.join(folder, "packs");
  const blobs = path.join(folder, "blobs");
  const aside = path.join(folder, "aside");

  const recordFiles = async (of?: string): Promise<string[]> => {
    const folders = of === undefined ? (await namesIn(done)).map((name) => path.join(done, name)) : [of];
    const files = await Promise.all(folders.map(async (each) => (await namesIn(each)).map((name) => path.join(each, name))));
    return files.flat().filter((file) => file.endsWith(".json"));
  };

  /** Names of contents in the records that count; null when a record cannot be read: then nothing may be removed. */
  const named = async (files: readonly string[]): Promise<ReadonlyMap<string, Named> | null> => {
    const found = new Map<string, Named>();
    for (const file of files) {
      const record = await recordIn(file);
      // What was set aside unreadable, or died half written, leads to nothing.
      const isLost = file.startsWith(aside + path.sep) || file.endsWith(".part");
      if (record === "gone" || (record === null && isLost)) continue;
      if (record === null) return null;
      found.set(file, namedBy(record, { packs, blobs }));
    }
    return found;
  };

  const openFiles = async (): Promise<string[]> => {
    const lists = await Promise.all(
      ["pending", "aside"].map(async (name) => (await namesIn(path.join(folder, name))).map((each) => path.join(folder, name, each))),
    );
    return lists.flat().filter((file) => /\.json(\.part)?$/.test(file));
  };

  /** Removes contents nobody names; `young` ones too when asked for. Looks at the records again in every turn: new ones may be there. */
  const removeUnnamed = async (candidates: readonly string[], keepYoung: boolean): Promise<number> => {
    let removed = 0;
    if (candidates.length === 0) return 0;
    const known = new Map(await named([...(await recordFiles()), ...(await openFiles())]));
    for (let at = 0; at < candidates.length; at += TURN) {
      const isDone = await locked(async () => {
        const files = [...(await recordFiles()), ...(await openFiles())];
        const fresh = await named(files.filter((file) => !known.has(file)));
        if (fresh === null) return false;
        for (const [file, names] of fresh) known.set(file, names);
        const present = new Set(files);
        const all = new Set([...known].flatMap(([file, names]) => (present.has(file) ? [...names] : [])));
        for (const file of candidates.slice(at, at + TURN)) {
          if (all.has(plainName(file)) || (keepYoung && now() - (await timeOf(file)) < retention.graceMs)) continue;
          await rm(file, { force: true });
          removed++;
        }
        return true;
      });
      if (!isDone) break;
    }
    return removed;
  };

  const contents = async (): Promise<string[]> => {
    const ofPacks = (await namesIn(packs)).map((name) => path.join(packs, name));
    const ofBlobs: string[] = [];
    for (const sub of await namesIn(blobs))
      for (const name of await namesIn(path.join(blobs, sub))) ofBlobs.push(path.join(blobs, sub, name));
    return [...ofPacks, ...ofBlobs];
  };

  /** Records that are not kept any longer. */
  const outdated = async (exists: (id: ConversationId) => boolean): Promise<string[]> => {
    const drop = new Set<string>();
    const kept: { readonly file: string; readonly time: number }[] = [];
    for (const file of await recordFiles()) {
      const time = changeTime(path.basename(file)) ?? now();
      const isOrphan = !exists(path.basename(path.dirname(file))) && now() - time > retention.graceMs;
      if (isOrphan || now() - time > retention.maxAgeMs) drop.add(file);
      else kept.push({ file, time });
    }
    for (const name of await namesIn(aside))
      if (now() - (await timeOf(path.join(aside, name))) > retention.maxAgeMs) drop.add(path.join(aside, name));
    const counted = new Set<string>();
    let bytes = 0;
    for (const { file } of kept.toSorted((a, b) => b.time - a.time)) {
      const record = await recordIn(file);
      if (record === null || record === "gone") continue;
      for (const name of namedBy(record, { packs, blobs })) {
        if (counted.has(name)) continue;
        counted.add(name);
        bytes += await sizeOf(name);
      }
      if (bytes > retention.maxBytes) drop.add(file);
    }
    return [...drop];
  };

  const removeRecords = async (files: readonly string[]): Promise<void> => {
    for (let at = 0; at < files.length; at += TURN)
      await locked(async () => void (await Promise.all(files.slice(at, at + TURN).map((file) => rm(file, { force: true })))));
    for (const name of await namesIn(done)) await removeEmpty(path.join(done, name));
  };

  return {
    async sweep(exists) {
      const records = await outdated(exists);
      await removeRecords(records);
      const removed = await removeUnnamed(await contents(), true);
      let compressed = 0;
      for (const file of (await contents()).filter((each) => isPlainBlob(each, blobs))) {
        // One that was not worth it is not tried for ever.
        if (now() - (await timeOf(file)) < TRIED_MS && (await compress(file, locked))) compressed++;
      }
      return { records: records.length, contents: removed, compressed };
    },
    async forget(conversationId) {
      const own = await recordFiles(folderOf(conversationId));
      const files: string[] = [];
      const names = new Set<string>();
      for (const file of [...own, ...(await namesIn(aside)).map((name) => path.join(aside, name))]) {
        const record = await recordIn(file);
        if (record === null || record === "gone" || record.conversationId !== conversationId) continue;
        files.push(file);
        for (const name of namedBy(record, { packs, blobs })) names.add(name);
      }
      await removeRecords(files);
      await removeUnnamed(
        [...names].flatMap((name) => [name, name + COMPRESSED]),
        false,
      );
    },
  };
}

/** Paths of contents. */
type Named = ReadonlySet<string>;

function namedBy(record: JournalRecord, { packs, blobs }: { readonly packs: string; readonly blobs: string }): Named {
  const names = new Set([packFile(packs, record.id)]);
  for (const image of record.files.flatMap((file) => [file.before, file.after])) {
    if (image?.type !== "file") continue;
    names.add(image.pack === undefined ? blobFile(blobs, image.hash) : packFile(packs, image.pack));
  }
  return names;
}

function plainName(file: string): string {
  return file.endsWith(COMPRESSED) ? file.slice(0, -COMPRESSED.length) : file;
}

function isPlainBlob(file: string, blobs: string): boolean {
  return file.startsWith(blobs + path.sep) && /^[0-9a-f]{64}$/.test(path.basename(file));
}

/** Null when it is no record that this version knows. */
async function recordIn(file: string): Promise<JournalRecord | "gone" | null> {
  try {
    const record = parseRecord(await readFile(file, "utf8"));
    return typeof record === "string" ? null : record;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR") return "gone";
    throw error;
  }
}

async function timeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Number.POSITIVE_INFINITY;
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  for (const each of [file, file + COMPRESSED]) {
    try {
      return (await stat(each)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return 0;
}

async function removeEmpty(folder: string): Promise<void> {
  if ((await readdir(folder).catch(() => ["unreadable"])).length === 0) await rm(folder, { recursive: true, force: true });
}

/** Puts a compressed file in the place of a large content, when that is smaller. */
async function compress(file: string, locked: Parts["locked"]): Promise<boolean> {
  if ((await sizeOf(file)) < MIN_COMPRESSED) return false;
  const temp = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
  try {
    await pipeline(createReadStream(file), createGzip({ level: 1 }), createWriteStream(temp, { flags: "wx", mode: 0o600 }));
    const handle = await open(temp, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await stat(temp)).size > 0.9 * (await stat(file)).size) return false;
    await locked(async () => {
      await rename(temp, file + COMPRESSED);
      await rm(file, { force: true });
    });
    return true;
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  } finally {
    await rm(temp, { force: true });
  }
}
