// One set-up at a time: two `npm start` in two terminals must not install into the same folder.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./say.mjs";

/**
 * Runs `work` while holding the lock file. Waits for another living holder; a lock of a dead process is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryTake(file)) {
    const holder = readHolder(file);
    if (holder !== undefined && !isAlive(holder)) breakLock(file, holder);
    else {
      if (!told) say(`another set-up is running (process ${holder ?? "unknown"}); waiting for it`);
      told = true;
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file */
function readHolder(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Renaming first makes sure that only one of several waiters removes the stale lock, never the fresh lock of another.
 * @param {string} file
 * @param {number} holder
 */
function breakLock(file, holder) {
  const grave = `${file}.${process.pid}`;
  try {
    renameSync(file, grave);
    // Between reading and renaming another waiter may have taken it: then give it back.
    if (readHolder(grave) !== holder) renameSync(grave, file);
    else rmSync(grave, { force: true });
  } catch {
    // Gone already: somebody else cleared it.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
