import { readFileSync, readdirSync, writeFileSync } from "node:fs";

/** Resident memory of this process, all threads, in MB. */
export function residentMb(): number {
  return process.memoryUsage.rss() / 1024 / 1024;
}

/** Worker threads of this process that are alive, whoever started them. */
export function workerThreads(): number {
  const report = process.report.getReport();
  return typeof report === "object" && "workers" in report && Array.isArray(report.workers) ? report.workers.length : 0;
}

/** Open file descriptors; undefined where the system does not list them (only Linux does). */
export function openDescriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/**
 * Watches the peak of resident memory while `work` runs; in MB. Linux counts the peak itself and can be told to start anew;
 * elsewhere it is sampled every millisecond, which sees less of a short peak.
 */
export async function peakResidentMb(work: () => Promise<unknown>): Promise<number> {
  let peak = residentMb();
  const counted = resetPeak();
  const timer = setInterval(() => (peak = Math.max(peak, residentMb())), counted ? 100 : 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, counted ? countedPeak() : residentMb());
}

function resetPeak(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return countedPeak() > 0;
  } catch {
    return false;
  }
}

function countedPeak(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) / 1024;
}
