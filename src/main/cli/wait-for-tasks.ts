import { setTimeout as sleep } from "node:timers/promises";
import type { TaskRow } from "../../protocol/task.ts";
import { visibleText } from "../approvals/describe-effect.ts";
import type { Engine } from "../engine.ts";

/** Longest that answers that are late already are waited for once nothing else is left to do, ms. */
const longestLateMs = 600_000;
const lookMs = 200;

/**
 * Resolves when every task of this process is over. What is waited for is said on standard error when only late answers are left;
 * after ten minutes of that they are given up: their questions are stopped, which is said, too.
 */
export async function waitForTasks(
  engine: Pick<Engine, "tasks">,
  { lateMs = longestLateMs, say = (line: string) => void process.stderr.write(`spindle: ${line}\n`) } = {},
): Promise<void> {
  const idle = engine.tasks.idle().then(() => true);
  const told = new Set<string>();
  let since: number | null = null;
  for (;;) {
    const looked = new AbortController();
    const done = await Promise.race([idle, sleep(lookMs, false, { signal: looked.signal })]);
    looked.abort();
    if (done) return;
    const late = engine.tasks.open() > 0 ? [] : lateOf(engine);
    if (late.length === 0) {
      since = null;
      continue;
    }
    since ??= performance.now();
    for (const row of late) {
      if (told.has(row.taskId)) continue;
      told.add(row.taskId);
      const limit = lateMs < 60_000 ? `${Math.round(lateMs / 1_000)} s` : `${Math.round(lateMs / 60_000)} min`;
      say(`waiting for the late answer to "${visibleText(row.title)}", ${limit} at most. An interrupt ends the wait.`);
    }
    if (performance.now() - since < lateMs) continue;
    for (const row of late) say(`the answer to "${visibleText(row.title)}" did not come: its question is stopped.`);
    await Promise.all(late.map((row) => engine.tasks.cancel(row.taskId)));
  }
}

/** Questions of this process that timed out and are still worked on. */
function lateOf({ tasks }: Pick<Engine, "tasks">): readonly TaskRow[] {
  return tasks.rows().filter((row) => row.late?.state === "expected" && row.owner?.pid === process.pid);
}
