import { expect, test } from "vitest";
import { z } from "zod";
import { dispatch, type GateCall, type GateDeps } from "../../../src/main/tools/dispatch.ts";
import { createRegistry } from "../../../src/main/tools/registry.ts";
import { defineTool, type Tool, type ToolContext } from "../../../src/main/tools/tool.ts";
import { SpindleError } from "../../../src/protocol/error.ts";
import { toolContext } from "../../support/tool-context.ts";

type Run = (
  input: { readonly n: number },
  ctx: ToolContext,
) => Promise<{ result: unknown; text: string; summary: string; ok?: boolean; code?: string }>;

/** One call of a tool `twice` through the gate. */
async function gate(
  options: {
    call?: Partial<GateCall>;
    run?: Run;
    authorize?: GateDeps["authorize"];
    authorizeWritten?: GateDeps["authorizeWritten"];
    ctx?: Partial<ToolContext>;
    effect?: () => never | Promise<{ kind: "script" }>;
  } = {},
) {
  const tool = defineTool({
    name: "twice",
    description: "Twice.",
    input: z.strictObject({ n: z.number().int(), list: z.array(z.strictObject({ s: z.string() })).optional() }),
    result: z.unknown(),
    effect: options.effect ?? (() => ({ kind: "script" as const })),
    run: options.run ?? (async ({ n }) => ({ result: n * 2, text: `is ${n * 2}`, summary: "doubled" })),
  }) as unknown as Tool;
  const ctx = toolContext("/p", options.ctx);
  let time = 100;
  const outcome = await dispatch({ callId: "c1", name: "twice", input: { n: 4 }, ...options.call }, ctx, {
    tools: createRegistry([tool]),
    authorize: options.authorize ?? (() => Promise.resolve({ sandboxLevel: "read-only" })),
    authorizeWritten: options.authorizeWritten ?? (() => "read-only"),
    now: () => (time += 5),
  });
  return { outcome, events: ctx.events };
}

test("a call is announced, run with the level that was allowed, and recorded", async () => {
  let level: string | undefined;
  const { outcome, events } = await gate({
    call: { wireCallId: "w1", wireFormat: "function" },
    ctx: { sandboxLevel: "full" },
    run: async ({ n }, ctx) => {
      level = ctx.sandboxLevel;
      return { result: n * 2, text: "is 8", summary: "doubled" };
    },
  });
  expect({ outcome, events, level }).toEqual({
    outcome: { ok: true, result: 8, text: "is 8" },
    events: [
      { type: "tool_started", turnId: "t1", callId: "c1", name: "twice", input: { n: 4 }, wireCallId: "w1", wireFormat: "function" },
      {
        type: "tool_finished",
        turnId: "t1",
        callId: "c1",
        name: "twice",
        durationMs: 5,
        ok: true,
        summary: "doubled",
        text: "is 8",
        result: 8,
      },
    ],
    level: "read-only",
  });
});

const stopped = AbortSignal.abort(new SpindleError("interrupted", "The person stopped the turn."));

test.each<{ what: string; options: Parameters<typeof gate>[0]; code: string; said: RegExp }>([
  {
    what: "an unknown tool names the known ones",
    options: { call: { name: "thrice" } },
    code: "unknown_tool",
    said: /"thrice"[\s\S]*twice/,
  },
  { what: "wrong types name the field", options: { call: { input: { n: "4" } } }, code: "invalid_input", said: /twice: n: / },
  {
    what: "a wrong field deep inside has its path",
    options: { call: { input: { n: 1, list: [{ s: "a" }, { s: 2 }] } } },
    code: "invalid_input",
    said: /list\[1\]\.s: /,
  },
  { what: "unknown fields are refused", options: { call: { input: { n: 1, m: 2 } } }, code: "invalid_input", said: /"m"/ },
  { what: "no object at all", options: { call: { input: "n = 4" } }, code: "invalid_input", said: /object/ },
  {
    what: "an effect that cannot be told runs nothing",
    options: {
      effect: () => {
        throw new SpindleError("invalid_patch", "No patch.");
      },
    },
    code: "invalid_patch",
    said: /No patch/,
  },
  {
    what: "a no of the policy",
    options: { authorize: () => Promise.reject(new SpindleError("denied", "Not that.", { hint: "Ask." })) },
    code: "denied",
    said: /^Error \(denied\): Not that\.\nAsk\.$/,
  },
  {
    what: "an error of the tool",
    options: { run: () => Promise.reject(new SpindleError("not_found", "Gone.")) },
    code: "not_found",
    said: /Gone/,
  },
  {
    what: "a bug of the tool",
    options: { run: () => Promise.reject(new TypeError("x is not a function")) },
    code: "internal",
    said: /x is not a function/,
  },
  {
    what: "a call after the stop does not begin",
    options: { ctx: { signal: stopped }, run: () => Promise.reject(new Error("it ran")) },
    code: "interrupted",
    said: /stopped the turn/,
  },
])("$what: one start, one failed end, and never a throw", async ({ options, code, said }) => {
  const { outcome, events } = await gate(options);
  expect(outcome).toMatchObject({ ok: false, error: { code }, text: expect.stringMatching(said) });
  expect(events.map((event) => event.type)).toEqual(["tool_started", "tool_finished"]);
  expect(events[1]).toMatchObject({ ok: false, code, error: { code }, result: null, text: expect.stringMatching(said) });
});

test("a tool that worked but whose outcome is a failure is recorded as one and still gives its result", async () => {
  const { outcome, events } = await gate({
    run: async () => ({ result: { value: null }, text: "Script failed", summary: "it failed", ok: false, code: "script_error" }),
  });
  expect({ outcome, end: events[1] }).toMatchObject({
    outcome: { ok: true, result: { value: null } },
    end: { type: "tool_finished", ok: false, code: "script_error" },
  });
});

test("what a model reads is capped, with head and tail; what the log keeps of a script's call is short", async () => {
  const long = `begin ${"x".repeat(200_000)} end`;
  const direct = await gate({ run: async () => ({ result: long, text: long, summary: "long" }) });
  const child = await gate({
    call: { parentCallId: "c1", callId: "c1.1", input: { n: 1 } },
    run: async () => ({ result: long, text: long, summary: "long" }),
  });
  const [directEnd, childEnd] = [direct.events[1], child.events[1]];
  if (directEnd?.type !== "tool_finished" || childEnd?.type !== "tool_finished") throw new Error("No end.");
  expect({
    direct: directEnd.text.length < 41_000 && directEnd.text.includes("begin") && directEnd.text.endsWith(" end"),
    cut: directEnd.resultTruncated,
    child: childEnd.text.length < 2_100,
    whole: child.outcome.ok && child.outcome.result === long,
  }).toEqual({ direct: true, cut: true, child: true, whole: true });
});

test("who stops a call does not wait until its effect is known, and nothing of it runs", async () => {
  const stop = new AbortController();
  const never = new Promise<{ kind: "script" }>(() => undefined);
  setTimeout(() => stop.abort(new SpindleError("cancelled", "Stopped.")), 10);
  let ran = false;
  const run: Run = async () => {
    ran = true;
    return { result: 0, text: "", summary: "" };
  };
  const { outcome } = await gate({ effect: () => never, ctx: { signal: stop.signal }, run });
  expect([outcome.ok, outcome.ok ? null : outcome.error.code, ran]).toEqual([false, "cancelled", false]);
});

test("what cannot be seen is taken out of the text of an error, too, and said", async () => {
  const { outcome, events } = await gate({
    run: () => Promise.reject(new SpindleError("io_error", "a\u202Eb \u001B[8mhidden\u001B[0m")),
  });
  expect(outcome).toMatchObject({ ok: false, text: "Error (io_error): ab hidden" });
  expect(events.at(-1)).toMatchObject({ type: "tool_finished", ok: false, text: "Error (io_error): ab hidden" });
  expect(events.at(-1)).toHaveProperty("hiddenRemoved");
});
