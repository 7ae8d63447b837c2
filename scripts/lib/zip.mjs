// A reader for zip files, because a bare Debian has neither unzip nor python3. Covers what Electron archives use:
// stored and deflated entries, Unix modes, symbolic links; no encryption, no zip64.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, symlink } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

/**
 * @typedef {object} ZipEntry
 * @property {string} name With forward slashes; folders end in one.
 * @property {number} method 0 stored, 8 deflated.
 * @property {number} compressedSize
 * @property {number} size
 * @property {number} mode Unix mode with file type, 0 when the archive was not made on Unix.
 * @property {number} offset Of the local header.
 */

/**
 * Lists the archive.
 * @param {string} file
 * @returns {Promise<ZipEntry[]>}
 */
export async function listZip(file) {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    // The end record is 22 bytes plus a comment of at most 64 KiB.
    const tail = await readAt(handle, Math.max(0, size - 66_000), Math.min(size, 66_000));
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0) throw new Error(`${file} is not a zip file`);
    const count = tail.readUInt16LE(end + 10);
    const directory = await readAt(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    /** @type {ZipEntry[]} */
    const entries = [];
    for (let at = 0; entries.length < count;) {
      if (directory.readUInt32LE(at) !== 0x02014b50) throw new Error(`${file}: damaged directory`);
      const nameLength = directory.readUInt16LE(at + 28);
      entries.push({
        name: directory.toString("utf8", at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        mode: directory.readUInt16LE(at + 40),
        offset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  } finally {
    await handle.close();
  }
}

/**
 * Unpacks the entries for which `place` gives a path (relative to `target`); others are skipped.
 * @param {string} file
 * @param {string} target
 * @param {(name: string) => string | undefined} place
 * @param {(bytes: number, total: number) => void} progress Bytes written so far.
 */
export async function unzip(file, target, place, progress) {
  const chosen = (await listZip(file)).flatMap((entry) => {
    const path = place(entry.name);
    return path === undefined ? [] : [{ entry, path: inside(target, path) }];
  });
  const total = chosen.reduce((sum, { entry }) => sum + entry.size, 0);
  const handle = await open(file, "r");
  let done = 0;
  try {
    for (const { entry, path } of chosen) {
      if (entry.name.endsWith("/")) {
        await mkdir(path, { recursive: true });
        continue;
      }
      await mkdir(dirname(path), { recursive: true });
      // Name and extra field of the local header may differ in length from those of the directory.
      const header = await readAt(handle, entry.offset, 30);
      const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      await writeEntry(file, entry, start, path);
      progress((done += entry.size), total);
    }
  } finally {
    await handle.close();
  }
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 * @param {number} start
 * @param {string} path
 */
async function writeEntry(file, entry, start, path) {
  if (entry.method !== 0 && entry.method !== 8) throw new Error(`${entry.name}: unknown compression ${entry.method}`);
  const isLink = (entry.mode & 0o170000) === 0o120000;
  const permissions = (entry.mode & 0o777) | 0o600;
  if (entry.size === 0) return (await open(path, "w", permissions)).close();
  const source = createReadStream(file, { start, end: start + entry.compressedSize - 1 });
  const plain = entry.method === 0 ? source : source.on("error", (error) => plain.destroy(error)).pipe(createInflateRaw());
  if (isLink) {
    const chunks = [];
    for await (const chunk of plain) chunks.push(chunk);
    return symlink(Buffer.concat(chunks).toString("utf8"), path);
  }
  const out = createWriteStream(path, { mode: permissions });
  await pipeline(plain, out);
  if (out.bytesWritten !== entry.size) throw new Error(`${entry.name}: ${out.bytesWritten} bytes instead of ${entry.size}`);
}

/**
 * @param {string} target
 * @param {string} path
 */
function inside(target, path) {
  const full = normalize(join(target, path));
  if (full !== normalize(target) && !full.startsWith(normalize(target) + sep))
    throw new Error(`The archive names a path outside the target: ${path}`);
  return full;
}

/**
 * @param {import("node:fs/promises").FileHandle} handle
 * @param {number} position
 * @param {number} length
 */
async function readAt(handle, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
