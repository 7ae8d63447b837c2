import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { lockFile } from "../lib/file-lock.ts";
import { isAlive, processIdentity, readIdentity } from "../lib/process-identity.ts";
import { isRecord } from "./record-shape.ts";
import type { LedgerRecord } from "./record.ts";

/** A ledger below this size is left alone. */
export const compactBytes = 4 * 1024 * 1024;
const lockMs = 10_000;

/**
 * Enters this process among those that have the ledger open, and makes a large ledger smaller first when nobody else has: signs of
 * life that later lines make worthless are left out, every other line stays as it is. Written beside, flushed, then renamed, so that
 * a process killed at any moment leaves the one or the other. Returns what takes the process out again. Throws `io_error` when
 * another process holds the lock for 10 s.
 */
export function enterLedger(file: string, largest: number = compactBytes): () => void {
  const users = `${file}.users`;
  mkdirSync(users, { recursive: true, mode: 0o700 });
  const free = takeLock(`${file}.lock`);
  try {
    const others = livingUsers(users);
    if (others === 0 && existsSync(file) && statSync(file).size > largest) compact(file);
    const me = processIdentity() ?? { pid: process.pid, startTime: null };
    const mine = path.join(users, `${process.pid}-${Math.random().toString(36).slice(2)}`);
    writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
    return () => rmSync(mine, { force: true });
  } finally {
    free();
  }
}

function takeLock(file: string): () => void {
  const end = performance.now() + lockMs;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const got = lockFile(file);
    if (typeof got === "function") return got;
    if (performance.now() > end)
      throw new SpindleError("io_error", `Process ${got.pid} keeps the list of tasks locked.`, { hint: "Try again, or end that process." });
    Atomics.wait(cell, 0, 0, 20);
  }
}

/** How many processes have it open; what those that are gone left is removed. */
function livingUsers(folder: string): number {
  let living = 0;
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const user = readIdentity(file);
    if (user !== null && isAlive(user)) living++;
    else rmSync(file, { force: true });
  }
  return living;
}

function compact(file: string): void {
  const bytes = readFileSync(file, "utf8");
  const whole = bytes.slice(0, bytes.lastIndexOf("\n") + 1).split("\n");
  const kept: string[] = [];
  /** Of each task the newest beat since its last other line, with its place. */
  const beats = new Map<TaskId, number>();
  for (const line of whole) {
    if (line === "") continue;
    const record = read(line);
    if (record === null) continue;
    if (record !== "unknown" && record.type === "beat") {
      const older = beats.get(record.taskId);
      if (older !== undefined) kept[older] = "";
      beats.set(record.taskId, kept.length);
    }
    kept.push(line);
    if (record !== "unknown" && record.type === "finished" && record.used !== undefined) {
      const last = beats.get(record.taskId);
      if (last !== undefined) kept[last] = "";
      beats.delete(record.taskId);
    }
  }
  const next = `${file}.compact`;
  const fd = openSync(next, "w", 0o600);
  try {
    writeFileSync(
      fd,
      kept
        .filter((line) => line !== "")
        .map((line) => `${line}\n`)
        .join(""),
    );
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(next, file);
  const folder = openSync(path.dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** `unknown`: of a newer version, which will want it again; null: torn, which nobody can read. */
function read(line: string): LedgerRecord | "unknown" | null {
  try {
    const record: unknown = JSON.parse(line);
    return isRecord(record) ? record : "unknown";
  } catch {
    return null;
  }
}
