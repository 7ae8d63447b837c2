import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "vite";
import { readJsonl } from "../../../src/main/lib/jsonl.ts";
import { applyRecord, type LedgerEntry, type LedgerRecord } from "../../../src/main/tasks/record.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import { isTaskOver } from "../../../src/protocol/task.ts";
import { createRandom } from "../../support/random.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { harnessFiles, shellFiles } from "../../support/worker-file.ts";
import { of } from "./engine-lab.ts";

const tempFolder = useTempFolders();
const root = path.resolve(import.meta.dirname, "../../..");
let bundle: string;
let files: readonly string[];
beforeAll(async () => {
  // Node 20 does not run TypeScript, so the process that is killed gets a bundle; beside node_modules, which it needs.
  const cache = path.join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  bundle = mkdtempSync(path.join(cache, "spindle-kill-tasks-"));
  const { workerFile, wasmFile } = await harnessFiles();
  const shell = await shellFiles();
  files = [workerFile, wasmFile, shell.worker, shell.engine, shell.grammar];
  await build({
    configFile: false,
    logLevel: "silent",
    build: {
      ssr: path.join(root, "test/support/kill-tasks.ts"),
      outDir: bundle,
      target: "node20",
      minify: false,
      rollupOptions: { output: { entryFileNames: "kill.mjs" } },
    },
  });
}, 60_000);
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

interface Place {
  readonly home: string;
  readonly project: string;
}

/** Kills after some ms; or right behind (with a half: before) the line that is the given step. */
type Moment = { readonly afterMs: number } | { readonly step: number };

const ledgerOf = (at: Place): string => path.join(at.home, "tasks", "ledger.jsonl");

/** Lets a process work until it is killed (null: to its end): ms it took and steps it made, or null when it was killed. */
async function work(
  mode: "begin" | "recover",
  at: Place,
  moment: Moment | null,
): Promise<{ readonly ms: number; readonly steps: number } | null> {
  const step = moment !== null && "step" in moment ? String(moment.step) : "0";
  const child = spawn(process.execPath, [path.join(bundle, "kill.mjs"), mode, step, at.home, at.project, ...files], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  child.stdin.on("error", () => undefined);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (said += part));
  await once(child.stdout, "data");
  const startedAt = performance.now();
  child.stdin.write("go\n");
  if (moment !== null && "afterMs" in moment) {
    await Promise.race([sleep(moment.afterMs), gone]);
    child.kill("SIGKILL");
  }
  await gone;
  const steps = /done (\d+)/.exec(said)?.[1];
  return steps === undefined ? null : { ms: performance.now() - startedAt, steps: Number(steps) };
}

function ledgerEntries(at: Place): ReadonlyMap<string, LedgerEntry> {
  const entries = new Map<string, LedgerEntry>();
  for (const record of readJsonl(ledgerOf(at)).records) applyRecord(entries, record as LedgerRecord);
  return entries;
}

/** Events of all conversations, by conversation. */
function logs(at: Place): ReadonlyMap<string, readonly SpindleEvent[]> {
  const folder = path.join(at.home, "conversations");
  if (!existsSync(folder)) return new Map();
  return new Map(readdirSync(folder).map((id) => [id, readJsonl(path.join(folder, id, "log.jsonl")).records as readonly SpindleEvent[]]));
}

/** Everything that is wrong after a restart; `before` is the ledger as the killed process left it. */
function faults(at: Place, before: ReadonlyMap<string, LedgerEntry>): string[] {
  const found: string[] = [];
  const after = ledgerEntries(at);
  const conversations = logs(at);
  for (const [taskId, was] of before) {
    const is = after.get(taskId);
    if (is === undefined) {
      found.push(`${was.row.title}: its row is gone`);
      continue;
    }
    const { title, status, late } = is.row;
    if (!isTaskOver(status)) found.push(`${title}: shown as ${status}, but nothing runs`);
    if (late?.state === "expected") found.push(`${title}: a late answer is expected, but nobody works on it`);
    if (isTaskOver(was.row.status) && (status !== was.row.status || is.text.length < was.text.length))
      found.push(`${title}: ended ${was.row.status}, is shown as ${status}`);
    const events = conversations.get(is.row.conversationId) ?? [];
    const delivered = of(events, "task_delivered").filter((event) => event.taskId === taskId);
    const inTime = delivered.filter((event) => event.late !== true);
    if (inTime.length === 0) found.push(`${title}: its result is lost`);
    if (inTime.length > 1) found.push(`${title}: delivered ${inTime.length} times`);
    for (const event of inTime)
      if (event.status !== status) found.push(`${title}: delivered as ${event.status}, the ledger says ${status}`);
    const tooLate = delivered.length - inTime.length;
    const came = late !== null && late.state !== "lost";
    // Injected by the process that got it; killed before that it waits for a person, and the conversation knows.
    const told = of(events, "task_late").filter((event) => event.taskId === taskId).length;
    if (told !== (came ? 1 : 0)) found.push(`${title}: its late answer (${late?.state}) is told ${told} times`);
    if (tooLate > (came ? 1 : 0) || (late?.state === "injected" && tooLate !== 1))
      found.push(`${title}: its late answer (${late?.state}) is delivered ${tooLate} times`);
    for (const event of of(events, "task_finished"))
      if (event.task.taskId === taskId && event.task.status !== status)
        found.push(`${title}: the log says ${event.task.status}, the ledger ${status}`);
  }
  return found;
}

const long = process.env["SPINDLE_LONG"];
const rounds = long === undefined || long === "" ? 12 : Math.max(200, Number(long));

test(
  `a process with six tasks of all kinds killed with SIGKILL ${rounds} times: no result lost, none delivered twice, no row that lies`,
  { timeout: 3_600_000 },
  async () => {
    const place = (): Place => {
      const base = tempFolder();
      const at = { home: path.join(base, "home"), project: path.join(base, "project") };
      for (const folder of Object.values(at)) mkdirSync(folder);
      return at;
    };
    const whole = place();
    const usual = await work("begin", whole, null);
    if (usual === null) throw new Error("The work did not come to its end.");
    expect({ faults: faults(whole, ledgerEntries(whole)), tasks: ledgerEntries(whole).size }).toEqual({ faults: [], tasks: 6 });

    const random = createRandom(6);
    const outcomes = { beforeTasks: 0, interrupted: 0, allOver: 0, through: 0, killedTwice: 0 };
    let kills = 0;
    for (let round = 0; kills < rounds; round++) {
      const at = place();
      const moment: Moment =
        round % 3 === 0 ? { afterMs: 100 + random.int(Math.ceil(usual.ms)) } : { step: (1 + random.int(2 * usual.steps)) / 2 };
      const took = await work("begin", at, moment);
      const before = ledgerEntries(at);
      const open = [...before.values()].filter(({ row }) => !isTaskOver(row.status) || row.late?.state === "expected");
      if (took === null) kills++;
      if (took !== null) outcomes.through++;
      else outcomes[before.size === 0 ? "beforeTasks" : open.length > 0 ? "interrupted" : "allOver"]++;
      // The start that puts things right may be killed, too.
      if (random.chance(1 / 3)) {
        const second = await work(
          "recover",
          at,
          random.chance(0.5) ? { afterMs: 20 + random.int(250) } : { step: (1 + random.int(40)) / 2 },
        );
        if (second === null) outcomes.killedTwice++;
      }
      expect({ round, done: (await work("recover", at, null)) !== null, faults: faults(at, before) }).toEqual({
        round,
        done: true,
        faults: [],
      });
      await work("recover", at, null);
      expect({ round, again: faults(at, before) }).toEqual({ round, again: [] });
      rmSync(path.dirname(at.home), { recursive: true });
    }
    process.stdout.write(`\n${JSON.stringify(outcomes)}\n`);
    // The moments must have been in the middle of the work, or the test proves less than it says.
    expect(outcomes.interrupted).toBeGreaterThan(rounds / 4);
    expect(outcomes.through).toBeLessThan(rounds / 2);
  },
);
