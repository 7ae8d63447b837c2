import { ephemeralTypes, type EventBody, type SpindleEvent } from "../../../src/protocol/event.ts";
import type { Json } from "../../../src/protocol/json.ts";
import type { PatchFile } from "../../../src/protocol/patch.ts";
import { type TaskRow, taskRowDefaults } from "../../../src/protocol/task.ts";

/** Writes the events of a conversation as main would: numbered, timed, ephemeral ones with the last logged number. */
export interface Story {
  readonly events: readonly SpindleEvent[];
  /** Adds an event `after` ms after the one before (default 0). */
  add(body: EventBody, after?: number): SpindleEvent;
  /** Adds a call's start and end; returns nothing but moves the clock by `durationMs`. */
  call(call: StoryCall): void;
  /** Adds a text in `parts` deltas, then whole. */
  text(turnId: string, messageId: string, text: string, parts?: number): void;
  now(): number;
}

export interface StoryCall {
  readonly turnId: string;
  readonly callId: string;
  readonly parentCallId?: string;
  readonly name: string;
  readonly input: Json;
  readonly line?: number;
  readonly durationMs: number;
  readonly summary: string;
  readonly result?: Json;
  readonly text?: string;
  readonly fail?: { readonly code: "denied" | "not_found" | "cancelled"; readonly message: string };
}

export function createStory(conversationId = "c_1", start = 1_790_000_000_000): Story {
  const events: SpindleEvent[] = [];
  let seq = 0;
  let time = start;
  const add = (body: EventBody, after = 0): SpindleEvent => {
    time += after;
    if (!ephemeralTypes.has(body.type)) seq++;
    const event: SpindleEvent = { ...body, conversationId, seq, time };
    events.push(event);
    return event;
  };
  return {
    events,
    add,
    now: () => time,
    call(call) {
      add(startOf(call), 0);
      add(endOf(call), call.durationMs);
    },
    text(turnId, messageId, text, parts = 4) {
      const size = Math.ceil(text.length / parts);
      for (let at = 0; at < text.length; at += size)
        add({ type: "assistant_delta", turnId, messageId, text: text.slice(at, at + size) }, 30);
      add({ type: "assistant_text", turnId, messageId, text }, 10);
    },
  };
}

export function startOf(call: StoryCall): EventBody {
  return {
    type: "tool_started",
    turnId: call.turnId,
    callId: call.callId,
    name: call.name,
    input: call.input,
    ...(call.parentCallId === undefined ? {} : { parentCallId: call.parentCallId }),
    ...(call.line === undefined ? {} : { scriptLine: call.line }),
  };
}

export function endOf(call: StoryCall): EventBody {
  return {
    type: "tool_finished",
    turnId: call.turnId,
    callId: call.callId,
    name: call.name,
    ok: call.fail === undefined,
    ...(call.parentCallId === undefined ? {} : { parentCallId: call.parentCallId }),
    ...(call.fail === undefined ? {} : { code: call.fail.code, error: call.fail }),
    durationMs: call.durationMs,
    summary: call.summary,
    text: call.text ?? call.summary,
    result: call.result ?? null,
  };
}

export const usage = { inputTokens: 12_400, outputTokens: 1_180, cachedTokens: 9_100 };

const script = `// Find every caller, then read the code, tests and schema at once
const hits = await tools.grepFiles({ pattern: "chargeCard", include: "*.ts" })
const [files, tests, schema] = await Promise.all([
  Promise.all(hits.files.map((path) => tools.readFile({ path }))),
  tools.exec({ cmd: "npm test -- retry", timeoutMs: 60_000 }),
  tools.readFile({ path: "db/schema.sql" }),
])
const lock = await tools.spawn({ kind: "ask", title: "Advisory lock or unique key?", question: schema.text })
console.log(files.length, "callers; tests exit", tests.exitCode)
return { callers: hits.files, exit: tests.exitCode, task: lock.id }`;

/** The conversation of the reference picture with real event shapes: prompt, script with eleven calls, patch, running command. */
export function chargeStory(start?: number): Story {
  const story = createStory("c_1", start);
  const turnId = "t1";
  story.add({ type: "conversation_started", projectRoot: "/home/dev/payments-api", version: 1 });
  story.add({ type: "conversation_renamed", title: "Make charge retries idempotent" });
  story.add({
    type: "user_message",
    turnId,
    text: "Retries of `POST /charges` can double-charge when the gateway times out. Make them idempotent, keep the public API, add tests.",
    attachments: [],
    source: "user",
  });
  story.add({ type: "turn_started", turnId, provider: "demo", model: "demo", approval: "ask", sandbox: "workspace-write" });
  story.add({ type: "request_started", turnId, requestNumber: 1, taskIds: [] }, 5);
  story.text(turnId, "m1", "I’ll find every caller first, then read the retry path, the tests and the schema in one script.");
  runScript(story, turnId, "c1");
  story.add({ type: "request_started", turnId, requestNumber: 2, taskIds: [] }, 20);
  story.text(
    turnId,
    "m2",
    "Seven callers share `withRetry` and none passes a key, so a timeout after the gateway has charged runs the charge again. Both operations now carry a key made from their subject, and the ledger records each key once.",
  );
  story.call({
    turnId,
    callId: "c2",
    name: "applyPatch",
    input: { patch: "*** Begin Patch\n*** Update File: src/charges.ts\n" },
    durationMs: 31,
    summary: "3 files",
  });
  story.add({ type: "patch_applied", turnId, callId: "c2", files: patchFiles() });
  return story;
}

/** A script that greps, reads seven files, runs a failing test and leaves a task behind. */
export function runScript(story: Story, turnId: string, callId: string): void {
  for (let at = 0; at < script.length; at += 60)
    story.add({ type: "call_delta", turnId, callId, name: "script", text: script.slice(at, at + 60) }, 16);
  story.add(
    { type: "tool_started", turnId, callId, name: "script", input: { code: script }, wireCallId: "call_1", wireFormat: "function" },
    4,
  );
  const base = { turnId, parentCallId: callId };
  story.call({
    ...base,
    callId: `${callId}.1`,
    name: "grepFiles",
    input: { pattern: "chargeCard", include: "*.ts" },
    line: 2,
    durationMs: 118,
    summary: "7 files",
  });
  const paths = [
    "src/charges.ts",
    "src/retry.ts",
    "src/refunds.ts",
    "src/ledger/lock.ts",
    "src/gateway.ts",
    "test/retry.test.ts",
    "test/charges.test.ts",
  ];
  const reads = paths.map((path, index): StoryCall => ({
    ...base,
    callId: `${callId}.${index + 2}`,
    name: "readFile",
    input: { path },
    line: 4,
    durationMs: 64 + index * 27,
    summary: `${80 + index * 31} lines`,
  }));
  const tests: StoryCall = {
    ...base,
    callId: `${callId}.9`,
    name: "exec",
    input: { cmd: "npm test -- retry", timeoutMs: 60_000 },
    line: 5,
    durationMs: 1_520,
    summary: "exit 1",
    result: {
      exitCode: 1,
      signal: null,
      stdout: "",
      stderr: "",
      output: "1 failing",
      durationMs: 1_520,
      timedOut: false,
      truncated: false,
    },
    text: "Exit code: 1\n\n  retry\n    1) charges once when the gateway times out\n\n  1 failing",
  };
  const schema: StoryCall = {
    ...base,
    callId: `${callId}.10`,
    name: "readFile",
    input: { path: "db/schema.sql" },
    line: 6,
    durationMs: 58,
    summary: "41 lines",
  };
  const open = [...reads, tests, schema];
  for (const call of open) story.add(startOf(call));
  let passed = 0;
  for (const call of open.toSorted((a, b) => a.durationMs - b.durationMs)) {
    story.add(endOf(call), call.durationMs - passed);
    passed = call.durationMs;
  }
  const task = taskRow({
    taskId: "task_7",
    title: "Advisory lock or unique key?",
    callId: `${callId}.11`,
    createdAt: story.now(),
    status: "running",
    startedAt: story.now(),
  });
  story.add({ type: "task_created", task });
  story.call({
    ...base,
    callId: `${callId}.11`,
    name: "spawn",
    input: { kind: "ask", title: task.title, question: "…" },
    line: 8,
    durationMs: 4,
    summary: task.taskId,
    result: { id: task.taskId, kind: "ask", title: task.title, status: "running" },
  });
  story.add({ type: "script_log", callId, level: "log", text: "7 callers; tests exit 1", scriptLine: 9 });
  story.add(
    {
      type: "tool_finished",
      turnId,
      callId,
      name: "script",
      ok: true,
      durationMs: 1_840,
      summary: "11 calls",
      text: "Script completed",
      result: {
        value: { callers: paths, exit: 1, task: "task_7", notes: "x".repeat(1_900) },
        warnings: [],
        stats: { cpuMs: 12, wallMs: 1_840, calls: 11, logLines: 1, compileCached: false },
      },
    },
    8,
  );
}

/** A task's row with everything it needs; `change` says what matters. */
export function taskRow(change: Partial<TaskRow>): TaskRow {
  return {
    ...taskRowDefaults,
    taskId: "task_1",
    kind: "ask",
    title: "A task",
    status: "queued",
    conversationId: "c_1",
    projectRoot: "/home/dev/payments-api",
    callId: null,
    scriptLine: null,
    notify: "wake",
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    lastEventAt: 0,
    lastLine: "",
    delivery: "pending",
    result: null,
    error: null,
    input: null,
    ...change,
  };
}

/** Three files: an update with two hunks, an update and a new file. */
export function patchFiles(): readonly PatchFile[] {
  const before =
    "import { gateway } from './gateway'\nimport { withRetry } from './retry'\n\nexport async function chargeCard(req) {\n  const charge = await withRetry(() => gateway.charge(req))\n  return charge\n}\n";
  const after =
    "import { gateway } from './gateway'\nimport { idempotencyKey, withRetry } from './retry'\n\nexport async function chargeCard(req) {\n  const key = idempotencyKey('charge', req.orderId)\n  const charge = await withRetry((signal) => gateway.charge(req, { key, signal }))\n  return charge\n}\n";
  return [
    {
      path: "src/charges.ts",
      kind: "update",
      added: 3,
      removed: 2,
      before,
      after,
      hunks: [
        {
          oldStart: 1,
          oldLines: 7,
          newStart: 1,
          newLines: 8,
          lines: [
            " import { gateway } from './gateway'",
            "-import { withRetry } from './retry'",
            "+import { idempotencyKey, withRetry } from './retry'",
            " ",
            " export async function chargeCard(req) {",
            "-  const charge = await withRetry(() => gateway.charge(req))",
            "+  const key = idempotencyKey('charge', req.orderId)",
            "+  const charge = await withRetry((signal) => gateway.charge(req, { key, signal }))",
            "   return charge",
            " }",
          ],
        },
      ],
    },
    {
      path: "src/retry.ts",
      kind: "update",
      added: 1,
      removed: 0,
      before: "a\n",
      after: "a\nb\n",
      hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 2, lines: [" a", "+b"] }],
    },
    {
      path: "test/retry.test.ts",
      kind: "add",
      added: 2,
      removed: 0,
      before: "",
      after: "one\ntwo\n",
      hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ["+one", "+two"] }],
    },
  ];
}
