import { readdirSync, readFileSync } from "node:fs";

/** Sends a signal to a process group. False when the group is gone. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // EPERM: members exist, but none may be signalled by us (they changed their user). They are there, so: true.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Asks a group to end with SIGTERM. With a sandbox wrapper in front, everybody but the wrapper gets it: the wrapper would
 * die of it and take the sandbox down by SIGKILL, and the command would have no time to tidy up.
 */
export function terminateGroup(leader: number, wrapper: boolean): void {
  const members = wrapper && process.platform === "linux" ? membersOf(leader).filter((pid) => pid !== leader) : [];
  if (members.length === 0) {
    signalGroup(leader, "SIGTERM");
    return;
  }
  for (const pid of members) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It ended between the look and the signal: that is what was wanted.
    }
  }
}

/**
 * Waits until no member runs, at most `maxMs`. A zombie does not run: in a container whose first process reaps nobody, an
 * orphan stays one for ever.
 */
export async function groupGone(leader: number, maxMs: number): Promise<void> {
  const end = performance.now() + maxMs;
  for (let wait = 1; signalGroup(leader, 0) && performance.now() < end; wait = Math.min(wait * 2, 20)) {
    await new Promise((resolve) => {
      setTimeout(resolve, wait);
    });
    if (process.platform === "linux" && wait > 1 && membersOf(leader).length === 0) return;
  }
}

/** Processes of a group that run; Linux. */
function membersOf(leader: number): readonly number[] {
  const members: number[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // Behind the command's name, which may hold brackets: state, parent, group.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(group) === leader && state !== "Z" && state !== "X") members.push(pid);
    } catch {
      // The process ended while the list was read.
    }
  }
  return members;
}
