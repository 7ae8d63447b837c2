import { closeSync, constants as flags, fsync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { damaged, hashOf, notKept } from "./content.ts";
import { syncFolder } from "./durable.ts";

/**
 * Contents of one change in one file: made once, synced once, never changed. Behind the contents stand an index (JSON) and its
 * length (16 digits).
 */
export interface PackWriter {
  /** Name that images carry. */
  readonly id: string;
  /** Takes a content; a second one with the same hash is not written again. `base` is a content of this pack that is much like it. */
  add(bytes: Uint8Array, hash: string, base?: { readonly bytes: Uint8Array; readonly hash: string }): void;
  /** Waits until all is on disk. Without contents there is no file. */
  finish(): Promise<void>;
  /** Closes what was not finished. The file stays until it is swept: nothing names it. */
  abandon(): void;
}

const entrySchema = z.object({
  hash: z.string(),
  size: z.number(),
  at: z.number(),
  length: z.number(),
  deflated: z.boolean(),
  /** The content is that much of another one's beginning, what is stored, and that much of its end. */
  base: z.object({ hash: z.string(), start: z.number(), end: z.number() }).optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** Contents up to this size go into packs, bytes. */
export const MAX_PACKED = 512 * 1024;
/** So many bytes of a change are compressed: more would take longer than writing them. */
const MAX_COMPRESSED = 512 * 1024;
const FOOT = 16;

export function packFile(folder: string, id: string): string {
  return path.join(folder, `${id}.pack`);
}

/** A pack that is made with its first content. */
export function createPack(folder: string, id: string): PackWriter {
  const entries = new Map<string, Entry>();
  let descriptor: number | undefined;
  let at = 0;
  let compressed = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = (): void => {
    if (descriptor === undefined) return;
    const bytes = Buffer.concat(waiting);
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written, bytes.length - written);
    waiting = [];
    waitingBytes = 0;
  };
  const push = (bytes: Uint8Array): void => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes > MAX_PACKED) flush();
  };
  return {
    id,
    add(bytes, hash, base) {
      if (entries.has(hash)) return;
      if (descriptor === undefined) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        descriptor = openSync(packFile(folder, id), flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL, 0o600);
      }
      const { start, end } = base === undefined ? { start: 0, end: 0 } : shared(base.bytes, bytes);
      const rest = bytes.subarray(start, bytes.length - end);
      const isPlain = rest.length <= 128 || compressed + rest.length > MAX_COMPRESSED;
      const small = isPlain ? rest : deflateRawSync(rest, { level: 1 });
      if (!isPlain) compressed += rest.length;
      const stored = small.length < rest.length ? small : rest;
      const like = base === undefined ? {} : { base: { hash: base.hash, start, end } };
      entries.set(hash, { hash, size: bytes.length, at, length: stored.length, deflated: stored !== rest, ...like });
      at += stored.length;
      push(stored);
    },
    async finish() {
      if (descriptor === undefined) return;
      const index = Buffer.from(JSON.stringify([...entries.values()]));
      push(index);
      push(Buffer.from(String(index.length).padStart(FOOT, "0")));
      flush();
      await promisify(fsync)(descriptor);
      closeSync(descriptor);
      descriptor = undefined;
      await syncFolder(folder);
    },
    abandon() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** How many bytes two contents have in common at their beginning and, behind that, at their end. */
function shared(a: Uint8Array, b: Uint8Array): { start: number; end: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end };
}

/** Reads contents out of packs; the indexes of the last few are kept in memory. */
export interface PackReader {
  /** Throws `not_found` when it is not kept (any more), `io_error` when it is damaged. */
  read(id: string, hash: string): Buffer;
  forget(id: string): void;
}

const MAX_INDEXES = 32;

export function createPackReader(folder: string): PackReader {
  const indexes = new Map<string, ReadonlyMap<string, Entry>>();
  const readEntry = (descriptor: number, index: ReadonlyMap<string, Entry>, hash: string): Buffer => {
    const entry = index.get(hash);
    if (entry === undefined) throw notKept(hash);
    const stored = readAt(descriptor, entry.at, entry.length);
    const rest = entry.deflated ? inflate(stored, hash) : stored;
    const bytes = entry.base === undefined ? rest : around(readEntry(descriptor, index, entry.base.hash), entry.base, rest);
    if (hashOf(bytes) !== hash) throw damaged(hash);
    return bytes;
  };
  return {
    read(id, hash) {
      let descriptor: number;
      try {
        descriptor = openSync(packFile(folder, id), flags.O_RDONLY);
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === "ENOENT" ? notKept(hash, error) : error;
      }
      try {
        const index = indexes.get(id) ?? readIndex(descriptor, hash);
        indexes.delete(id);
        indexes.set(id, index);
        for (const oldest of indexes.keys()) if (indexes.size > MAX_INDEXES) indexes.delete(oldest);
        return readEntry(descriptor, index, hash);
      } finally {
        closeSync(descriptor);
      }
    },
    forget: (id) => void indexes.delete(id),
  };
}

function readIndex(descriptor: number, hash: string): ReadonlyMap<string, Entry> {
  const { size } = fstatSync(descriptor);
  const length = size < FOOT ? Number.NaN : Number(readAt(descriptor, size - FOOT, FOOT).toString("latin1"));
  if (!(length <= size - FOOT)) throw damaged(hash);
  let value: unknown;
  try {
    value = JSON.parse(readAt(descriptor, size - FOOT - length, length).toString("utf8"));
  } catch (error) {
    throw damaged(hash, error);
  }
  const parsed = z.array(entrySchema).safeParse(value);
  if (!parsed.success) throw damaged(hash, parsed.error);
  return new Map(parsed.data.map((entry) => [entry.hash, entry]));
}

function readAt(descriptor: number, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, at + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

function inflate(stored: Buffer, hash: string): Buffer {
  try {
    return inflateRawSync(stored, { maxOutputLength: 2 * MAX_PACKED });
  } catch (error) {
    throw damaged(hash, error);
  }
}

function around(base: Buffer, { start, end }: { readonly start: number; readonly end: number }, rest: Buffer): Buffer {
  return Buffer.concat([base.subarray(0, start), rest, base.subarray(base.length - end)]);
}
