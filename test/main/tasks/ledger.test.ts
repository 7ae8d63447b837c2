import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openLedger } from "../../../src/main/tasks/ledger.ts";
import { applyRecord, type LedgerEntry, type LedgerRecord } from "../../../src/main/tasks/record.ts";
import { type TaskRow, taskRowDefaults } from "../../../src/protocol/task.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const owner = { pid: 1, startTime: "1" };
const row: TaskRow = {
  ...taskRowDefaults,
  owner,
  taskId: "task_1",
  kind: "exec",
  title: "t",
  status: "queued",
  conversationId: "c_1",
  projectRoot: "/p",
  callId: "c1",
  scriptLine: null,
  notify: "wake",
  createdAt: 10,
  startedAt: null,
  finishedAt: null,
  lastEventAt: 10,
  lastLine: "",
  delivery: "pending",
  result: null,
  error: null,
  input: { cmd: "true" },
};
const created: LedgerRecord = { type: "created", task: row, owner };
const started: LedgerRecord = { type: "started", taskId: "task_1", at: 20, owner: { pid: 2, startTime: "2" } };
const finished: LedgerRecord = {
  type: "finished",
  taskId: "task_1",
  at: 30,
  status: "failed",
  result: 7,
  text: "it failed",
  error: { code: "timeout", message: "late" },
  lastLine: "last",
};

test.each<{ what: string; records: readonly LedgerRecord[]; entry: object | undefined }>([
  { what: "created", records: [created], entry: { row, owner, text: "", cancelRequested: false } },
  {
    what: "started: it runs, and belongs to who started it",
    records: [created, started],
    entry: {
      row: { ...row, status: "running", startedAt: 20, lastEventAt: 20, owner: { pid: 2, startTime: "2" } },
      owner: { pid: 2, startTime: "2" },
    },
  },
  {
    what: "finished",
    records: [created, started, finished],
    entry: {
      text: "it failed",
      row: {
        ...row,
        status: "failed",
        startedAt: 20,
        finishedAt: 30,
        lastEventAt: 30,
        lastLine: "last",
        result: 7,
        error: { code: "timeout", message: "late" },
        owner: { pid: 2, startTime: "2" },
      },
    },
  },
  {
    what: "a wish to cancel changes nothing by itself",
    records: [created, started, { type: "cancel_requested", taskId: "task_1" }],
    entry: { cancelRequested: true, row: { status: "running" } },
  },
  {
    what: "delivery",
    records: [
      created,
      finished,
      { type: "delivery", taskId: "task_1", delivery: "delivered" },
      { type: "delivery", taskId: "task_1", delivery: "seen" },
    ],
    entry: { row: { status: "failed", delivery: "seen" } },
  },
  { what: "records of a task whose creation was lost", records: [started, finished], entry: undefined },
])("fold: $what", ({ records, entry }) => {
  const entries = new Map<string, LedgerEntry>();
  for (const record of records) applyRecord(entries, record);
  if (entry === undefined) expect([...entries]).toEqual([]);
  else expect(entries.get("task_1")).toMatchObject(entry);
});

test("two open ledgers see each other's lines; a line that is being written counts when it is whole", () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  const one = openLedger(file, (text) => text);
  const two = openLedger(file, (text) => text);
  one.append(created);
  expect(two.entries().get("task_1")?.row.status).toBe("queued");
  two.append(started);
  const line = `${JSON.stringify({ ...finished, text: "é" })}\n`;
  const bytes = Buffer.from(line);
  const cut = bytes.indexOf("é") + 1;
  appendFileSync(file, bytes.subarray(0, cut));
  expect(one.entries().get("task_1")?.row.status).toBe("running");
  appendFileSync(file, bytes.subarray(cut));
  expect(one.entries().get("task_1")).toMatchObject({ text: "é", row: { status: "failed" } });
  one.close();
  two.close();
});

test("what is written is redacted, keys and nested texts too", () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  const ledger = openLedger(file, (text) => text.replaceAll("secret", "[redacted]"));
  ledger.append({ type: "created", task: { ...row, title: "a secret", input: { list: [{ "secret name": "the secret" }] } }, owner });
  expect({ text: readFileSync(file, "utf8").includes("secret"), title: ledger.entries().get("task_1")?.row.title }).toEqual({
    text: false,
    title: "a [redacted]",
  });
  ledger.close();
});

test("lines that are no records of this version are left out: damage costs their state only, never a start", () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  const one = openLedger(file, (text) => text);
  one.append(created);
  const bad = [
    "null",
    "7",
    '{"type":"finished"}',
    '{"type":"created","task":null}',
    '{"type":"created","task":{"taskId":"task_9"},"owner":null}',
    JSON.stringify({ ...started, owner: undefined }),
    JSON.stringify({ ...finished, status: "unheard of" }),
    JSON.stringify({ type: "late", taskId: "task_1", late: null }),
    '{"type":"of a newer version","taskId":"task_1"}',
  ];
  appendFileSync(file, Buffer.concat([Buffer.from(`${bad.join("\n")}\n`), Buffer.from([0xff, 0xfe, 0x0a])]));
  one.append(started);
  one.close();
  const again = openLedger(file, (text) => text);
  expect([...again.entries()].map(([id, entry]) => [id, entry.row.status])).toEqual([["task_1", "running"]]);
  expect([...again.records()]).toHaveLength(2);
  again.close();
});

test("half a line of a process that was killed costs the next record of another process nothing", () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  const one = openLedger(file, (text) => text);
  one.append(created);
  one.append(started);
  appendFileSync(file, '{"type":"finished","task');
  one.append(finished);
  expect(one.entries().get("task_1")?.row.status).toBe("failed");
  one.close();
});

test("a large ledger is made smaller at the next start: the same rows and histories, without signs of life that say nothing any more", () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  const plain = (text: string): string => text;
  const one = openLedger(file, plain);
  const used = { tokens: 1, calls: 2, usd: null, bytes: 3 };
  const beat = (taskId: string, at: number) => ({ type: "beat", taskId, at, lastLine: `line ${at}`, used }) as const;
  for (const taskId of ["task_1", "task_2"]) {
    one.append({ type: "created", task: { ...row, taskId }, owner });
    one.append({ type: "started", taskId, at: 20, owner });
    for (let at = 30; at < 200; at++) one.append(beat(taskId, at));
  }
  // Found interrupted: such a line does not say what it used.
  one.append({ type: "created", task: { ...row, taskId: "task_3" }, owner });
  one.append(beat("task_3", 40));
  one.append({ type: "finished", taskId: "task_3", at: 300, status: "interrupted", result: null, text: "x", error: null, lastLine: "" });
  one.append({
    type: "finished",
    taskId: "task_1",
    at: 300,
    status: "succeeded",
    result: 1,
    text: "x",
    error: null,
    lastLine: "end",
    used,
  });
  const before = JSON.stringify([...one.entries()]);
  appendFileSync(file, '{"type":"of a newer version","taskId":"task_1"}\n{"torn\n');
  const size = readFileSync(file).length;
  // Somebody has it open: it stays as it is.
  const two = openLedger(file, plain, 1_000);
  expect(readFileSync(file).length).toBe(size);
  one.close();
  two.close();
  const three = openLedger(file, plain, 1_000);
  expect(JSON.stringify([...three.entries()])).toBe(before);
  expect([...three.records()].map(({ type }) => type)).toEqual([
    "created",
    "started",
    "created",
    "started",
    "beat",
    "created",
    "beat",
    "finished",
    "finished",
  ]);
  expect(readFileSync(file).length).toBeLessThan(size / 10);
  expect(readFileSync(file, "utf8")).toContain("of a newer version");
  expect(readFileSync(file, "utf8")).not.toContain("torn");
  three.append({ type: "delivery", taskId: "task_1", delivery: "seen" });
  three.close();
  expect(readdirSync(path.dirname(file)).toSorted()).toEqual(["ledger.jsonl", "ledger.jsonl.users"]);
  const four = openLedger(file, plain);
  expect(four.entries().get("task_1")?.row.delivery).toBe("seen");
  four.close();
});
