import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Report } from "../lib/figures.ts";

/** Something that is timed. `prepare` is not; `run` is given what it made. */
export interface Subject<T> {
  readonly prepare: (round: number) => T | Promise<T>;
  readonly run: (prepared: T) => Promise<unknown>;
}

/** Medians in ms of two subjects, run in turn so that a slow moment of the machine hits both. The first round does not count. */
export async function inTurn<A, B>(rounds: number, value: Subject<A>, floor: Subject<B>): Promise<{ value: number; floor: number }> {
  const times = { value: [] as number[], floor: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const first = await timed(value, round);
    const second = await timed(floor, round);
    if (round === 0) continue;
    times.value.push(first);
    times.floor.push(second);
  }
  return { value: median(times.value), floor: median(times.floor) };
}

/** Reports a ratio of two medians. `most` null: told, not judged, because there is no target for that floor. */
export function reportRatio(report: Report, metric: string, medians: { value: number; floor: number }, most: number | null): void {
  const ratio = medians.value / medians.floor;
  const target = most === null ? "none" : `<= ${most} x floor`;
  report({ metric, ...medians, unit: "ms", ratio, target, ok: most === null || ratio <= most });
}

/** A temp folder for the time of `body`. */
export async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new folder in another. */
export function subfolder(parent: string, name: string): string {
  const folder = path.join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function timed<T>(subject: Subject<T>, round: number): Promise<number> {
  const prepared = await subject.prepare(round);
  const started = performance.now();
  await subject.run(prepared);
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
