import type { Readable } from "node:stream";
import { SpindleError } from "../../protocol/error.ts";
import { completeLength } from "./output-ring.ts";
import { signalGroup } from "./process-group.ts";

/** How long output is read after the command has ended while somebody else still holds the pipe. */
const drainMs = 250;

/** One stream of a child that is being read. */
export interface StreamReader {
  readonly closed: Promise<void>;
  isClosed(): boolean;
  /** Bytes so far. */
  total(): number;
  destroy(): void;
}

/** Passes on what arrives, but never a part of a character while the rest may still come. */
export function readStream(stream: Readable | null, take: (bytes: Buffer) => void): StreamReader {
  if (stream === null) throw new SpindleError("internal", "A child without output streams was started.");
  let carry: Buffer = Buffer.alloc(0);
  let total = 0;
  let closed = false;
  const finish = (): void => {
    if (closed) return;
    closed = true;
    if (carry.length > 0) take(carry);
  };
  stream.on("data", (chunk: Buffer) => {
    total += chunk.length;
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const complete = completeLength(bytes);
    carry = bytes.subarray(complete);
    take(bytes.subarray(0, complete));
  });
  // A read error ends the stream like its end does: what arrived is kept.
  stream.on("error", () => undefined);
  return {
    closed: new Promise((resolve) => {
      stream.once("close", () => {
        finish();
        resolve();
      });
    }),
    isClosed: () => closed,
    total: () => total,
    destroy() {
      finish();
      stream.destroy();
    },
  };
}

/**
 * Reads on after the command has ended until the pipes close. When somebody in the background holds them, the group is
 * killed after 250 ms; a process that left the group may hold them still: then what is in the pipe is read and no more.
 */
export async function drain(readers: readonly StreamReader[], group: number): Promise<void> {
  const closed = Promise.all(readers.map((reader) => reader.closed)).then(() => true);
  if (await within(closed, drainMs)) return;
  signalGroup(group, "SIGKILL");
  const end = performance.now() + drainMs;
  let seen: number;
  do {
    seen = total(readers);
    if (await within(closed, 20)) return;
    // A busy event loop may not have read what was written in time: go on while bytes arrive.
  } while (total(readers) > seen && performance.now() < end);
}

function total(readers: readonly StreamReader[]): number {
  return readers.reduce((sum, reader) => sum + reader.total(), 0);
}

async function within(promise: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
