import { copyFileSync, fsyncSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readState } from "../../src/main/project/file-state.ts";
import { createJournal, type Journal } from "../../src/main/project/journal.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Figure } from "./lib/figures.ts";

const runs = 7;
const fileCount = 200;
/** Calls of the turn; each patches its share of the files. */
const calls = 10;
const conversationId = "c_bench";

/** Undo and redo of a turn that changed 200 files, against a plain copy of the same files with fsync; and what it holds in memory. */
export async function bench(report: (figure: Figure) => void): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  try {
    await small(folder, report);
    await large(folder, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 200 sources of 12 KB in ten patches. */
async function small(folder: string, report: (figure: Figure) => void): Promise<void> {
  const times = { undo: [] as number[], redo: [] as number[], copy: [] as number[] };
  for (let run = 0; run <= runs; run++) {
    const at = path.join(folder, `small-${run}`);
    const journal = await patched(at, fileCount, (i) => `line ${i}\n`.repeat(1_500));
    const copy = await timed(() => Promise.resolve(copyAll(at, path.join(at, "copy"), fileCount)));
    const callIds = Array.from({ length: calls }, (_, i) => `c${i}`);
    const undo = await timed(() => journal.undo({ conversationId, callIds }));
    if (!readFileSync(fileOf(at, 7), "utf8").startsWith("line 7\n")) throw new Error("Nothing was undone.");
    const redo = await timed(() => journal.redo({ conversationId, callIds }));
    // The first run warms the disk and does not count.
    if (run > 0) for (const [name, ms] of Object.entries({ undo, redo, copy })) times[name as keyof typeof times].push(ms);
    rmSync(at, { recursive: true, force: true });
  }
  const floor = median(times.copy);
  for (const kind of ["undo", "redo"] as const) {
    const value = median(times[kind]);
    const ok = value <= 1_000;
    report({ metric: `${kind} of a 200-file turn`, value, unit: "ms", floor, ratio: value / floor, target: "<= 1000 ms", ok });
  }
}

/** 100 files of 2 MB: undo must not hold them all. */
async function large(folder: string, report: (figure: Figure) => void): Promise<void> {
  const at = path.join(folder, "large");
  const count = 100;
  const journal = await patched(at, count, (i) => `${String(i).padStart(7, "0")}\n`.repeat(250_000));
  collectGarbage();
  const before = held();
  let most = before;
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      most = Math.max(most, held());
      await sleep(5);
    }
  })();
  await journal.undo({ conversationId, callIds: Array.from({ length: calls }, (_, i) => `c${i}`) });
  watch.abort();
  await watching;
  const value = (most - before) / 1e6;
  report({ metric: "memory an undo of 100 files, 200 MB, adds", value, unit: "MB", target: "<= 50 MB", ok: value <= 50 });
}

/** Writes files and patches them through the journal. */
async function patched(at: string, count: number, text: (i: number) => string): Promise<Journal> {
  mkdirSync(path.join(at, "src"), { recursive: true });
  const journal = createJournal({ folder: path.join(at, "journal") });
  for (let call = 0; call < calls; call++) {
    const share = Array.from({ length: count / calls }, (_, i) => (call * count) / calls + i);
    for (const i of share) writeFileSync(fileOf(at, i), text(i));
    const changes = await Promise.all(
      share.map(async (i) => {
        const { state, stamp } = await readState(fileOf(at, i));
        return { path: fileOf(at, i), before: state, stamp, after: { type: "file" as const, bytes: Buffer.from(`new\n${text(i)}`) } };
      }),
    );
    await journal.apply({ conversationId, turnId: "t1", callId: `c${call}`, projectRoot: at }, changes);
  }
  return journal;
}

function copyAll(at: string, to: string, count: number): void {
  mkdirSync(to);
  for (let i = 0; i < count; i++) {
    const copy = path.join(to, `${i}.txt`);
    copyFileSync(fileOf(at, i), copy);
    const descriptor = openSync(copy, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}

/** Bytes of the heap and of buffers, garbage included. */
function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

function fileOf(at: string, i: number): string {
  return path.join(at, "src", `file${i}.txt`);
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
