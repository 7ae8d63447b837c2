import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { SpindleError } from "../../protocol/error.ts";
import { issuesText } from "../lib/issues.ts";
import { lockFile } from "../lib/file-lock.ts";

/** A small JSON file that several processes read and change. */
export interface StateFile<T> {
  /** What it holds now, also when another process wrote it. Throws `settings_invalid` for a damaged file. */
  read(): T;
  /** Changes it as one step: whole and on its place, or not at all. Returns what it holds then. Throws `io_error`. */
  change(update: (current: T) => T): T;
}

/**
 * Opens a file of the data folder; a missing one holds `empty`. A wrong file is an error, never ignored: what it says may
 * forbid something. 0600.
 */
export function openStateFile<T>(file: string, schema: z.ZodType<T>, empty: T): StateFile<T> {
  let known: { readonly stamp: string; readonly value: T } | undefined;
  const read = (): T => {
    const facts = statSync(file, { throwIfNoEntry: false });
    const stamp = facts === undefined ? "" : `${facts.ino}:${facts.size}:${facts.mtimeMs}`;
    if (known?.stamp !== stamp) known = { stamp, value: facts === undefined ? empty : parse(readFileSync(file, "utf8"), file, schema) };
    return known.value;
  };
  return {
    read,
    change(update) {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const free = holdLock(`${file}.lock`);
      try {
        const value = update(read());
        const temp = `${file}.${process.pid}.tmp`;
        writeFileSync(temp, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
        renameSync(temp, file);
        return read();
      } finally {
        free();
      }
    },
  };
}

function parse<T>(text: string, file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SpindleError("settings_invalid", `${file} is not valid JSON.`, {
      hint: "Mend it, or move it away to start anew.",
      cause: error,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpindleError("settings_invalid", `${file}: ${issuesText(parsed.error)}`, {
    hint: "Mend the named field, or move the file away.",
  });
}

const waitMs = 2_000;

/** Changes take a millisecond; whoever holds the lock longer is stuck. */
function holdLock(file: string): () => void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + waitMs; ; Atomics.wait(sleeper, 0, 0, 5)) {
    const lock = lockFile(file);
    if (typeof lock === "function") return lock;
    if (Date.now() > end)
      throw new SpindleError("io_error", `${file} is held by process ${lock.pid}.`, { hint: "Try again; if it stays, end that process." });
  }
}
