import { mkdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SpindleError } from "../../protocol/error.ts";
import { isAlive, processIdentity, type ProcessIdentity } from "../lib/process-identity.ts";
import { createQueue } from "../lib/queue.ts";

/** Lets one action run at a time, over all processes that share the folder. */
export interface ProcessLock {
  /**
   * Waits for its turn, at most `waitMs`, then runs the action. A process that died lets its turn go. Throws `still_running`
   * when it waited in vain.
   */
  exclusively<T>(name: string, action: () => Promise<T>, waitMs?: number): Promise<T>;
}

/** How long a change of files waits for others, ms. */
const WAIT_MS = 120_000;

/**
 * Locks in a folder, which is made when first needed. A lock is a symbolic link that leads nowhere and names its owner: it
 * appears whole or not at all, with one call of the system.
 */
export function createProcessLock(folder: string): ProcessLock {
  const queue = createQueue();
  let isMade = false;
  return {
    exclusively: (name, action, waitMs = WAIT_MS) =>
      queue(name, async () => {
        if (!isMade) mkdirSync(folder, { recursive: true, mode: 0o700 });
        isMade = true;
        const file = path.join(folder, `${name}.lock`);
        await take(file, waitMs);
        try {
          return await action();
        } finally {
          unlinkSync(file);
        }
      }),
  };
}

async function take(file: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let pause = 1; ; pause = Math.min(8, pause * 2)) {
    if (tryTake(file)) return;
    const held = readOwner(file);
    if (held === null) continue;
    if (!isAlive(held.owner)) {
      breakLock(file, held.text);
      continue;
    }
    if (performance.now() > deadline)
      throw new SpindleError("still_running", `Another Spindle (process ${held.owner.pid}) is changing files.`, {
        hint: "Wait until it is done, then try again. If it hangs, end that process.",
      });
    await sleep(pause * (0.5 + Math.random()));
  }
}

function tryTake(file: string): boolean {
  try {
    symlinkSync(ownText(), file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone. One process does that at a time, or it could remove the lock of the next owner. */
function breakLock(file: string, deadText: string): void {
  const guard = `${file}.break`;
  if (!tryTake(guard)) {
    const breaker = readOwner(guard);
    if (breaker !== null && !isAlive(breaker.owner)) removeLink(guard);
    return;
  }
  try {
    if (readOwner(file)?.text === deadText) removeLink(file);
  } finally {
    removeLink(guard);
  }
}

function removeLink(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

interface Held {
  readonly owner: ProcessIdentity;
  readonly text: string;
}

/** Null when nobody holds it. */
function readOwner(file: string): Held | null {
  try {
    const text = readlinkSync(file);
    const owner = parseOwner(text);
    // Not one of ours: its owner cannot be asked, so it counts as gone.
    return { owner: owner ?? { pid: 0, startTime: "" }, text };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A process as a part of a name: `<pid>` or `<pid>-<start>`. */
export function ownerText({ pid, startTime }: ProcessIdentity): string {
  return startTime === null ? `${pid}` : `${pid}-${startTime}`;
}

/** Null when the text names no process. */
export function parseOwner(text: string): ProcessIdentity | null {
  const [, pid, startTime] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return pid === undefined ? null : { pid: Number(pid), startTime: startTime ?? null };
}

let own: string | undefined;
function ownText(): string {
  own ??= ownerText(processIdentity() ?? { pid: process.pid, startTime: null });
  return own;
}
