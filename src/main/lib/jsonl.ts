import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** What a log looked like when it was opened. Zero and zero is a healthy log. */
export interface JsonlRepair {
  /** Bytes of a torn last line that were moved to `<file>.torn`. */
  readonly tornBytes: number;
  /** Lines in the middle that are no JSON; they are skipped and stay in the file. */
  readonly badLines: number;
}

/** An append-only file of JSON lines. */
export interface JsonlFile {
  /** Writes one line before it returns, so that a killed process loses nothing it acted on. `sync` also waits for the disk. */
  append(record: unknown, options?: { readonly sync?: boolean }): void;
  close(): void;
}

/** Reads a log without touching it; a torn last line is left out and counted. A missing file is an empty log. */
export function readJsonl(file: string): { readonly records: readonly unknown[]; readonly repair: JsonlRepair } {
  if (!existsSync(file)) return { records: [], repair: { tornBytes: 0, badLines: 0 } };
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const records: unknown[] = [];
  let badLines = 0;
  for (const line of bytes.toString("utf8", 0, end).split("\n")) {
    if (line === "") continue;
    try {
      records.push(JSON.parse(line));
    } catch {
      // Counted and reported by the caller: one damaged line must not cost the rest of a conversation.
      badLines++;
    }
  }
  return { records, repair: { tornBytes: bytes.length - end, badLines } };
}

/**
 * Opens a log for writing. A torn last line (the process was killed in the middle of a write) is moved to `<file>.torn`
 * first: a record appended behind it would be lost with it (measured). For logs that one process at a time has open.
 */
export function openJsonl(file: string): { readonly file: JsonlFile; readonly records: readonly unknown[]; readonly repair: JsonlRepair } {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const { records, repair } = readJsonl(file);
  if (repair.tornBytes > 0) {
    const bytes = readFileSync(file);
    const keep = bytes.length - repair.tornBytes;
    writeFileSync(`${file}.torn`, bytes.subarray(keep), { mode: 0o600 });
    truncateSync(file, keep);
  }
  return { records, repair, file: openShared(file) };
}

/**
 * Opens a log that living processes share, and changes nothing that stands there: half a line at its end may be one that another
 * process is just writing. Behind the half line of a process that was killed a record begins on a line of its own.
 */
export function openShared(file: string): JsonlFile {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, "a+", 0o600);
  let open = true;
  return {
    append(record, options) {
      if (!open) throw new Error(`${file} is closed`);
      // Another process may have been killed in the middle of a line, or found the disk full.
      writeWhole(fd, `${endsWhole(fd) ? "" : "\n"}${JSON.stringify(record)}\n`);
      if (options?.sync === true) fdatasyncSync(fd);
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(fd);
    },
  };
}

/** The system may take less than all at once. `writeSync`, so that tests can kill the process between any two lines. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.byteLength(text);
  let written = writeSync(fd, text);
  while (written < bytes) written += writeSync(fd, Buffer.from(text), written);
}

function endsWhole(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
