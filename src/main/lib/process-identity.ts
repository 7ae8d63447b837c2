import { readFileSync } from "node:fs";

/** Names a process beyond its pid, which the system uses again: pid and, on Linux, its start time in clock ticks. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Null where the system does not tell (not Linux). */
  readonly startTime: string | null;
}

/** Identity of a process, this one by default; null when there is no such process. */
export function processIdentity(pid: number = process.pid): ProcessIdentity | null {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The command name may hold spaces and brackets: fields count from behind its last bracket.
      const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
      return { pid, startTime };
    } catch {
      // No such entry is the answer, not a failure: the process is gone.
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    return { pid, startTime: null };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? { pid, startTime: null } : null;
  }
}

/** True when the very process that had this identity still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  return now !== null && now.startTime === identity.startTime;
}

/** An identity that a process left in a file; null when nobody can be shown to have left one. */
export function readIdentity(file: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || typeof value.pid !== "number") return null;
    return { pid: value.pid, startTime: "startTime" in value && typeof value.startTime === "string" ? value.startTime : null };
  } catch {
    // Gone, or the process was killed while it wrote.
    return null;
  }
}
