import { afterEach, expect, test } from "vitest";
import { createOpenAiCompatible } from "../../../src/main/providers/openai-compatible.ts";
import { collect, joinedDeltas, sampleRequest, sampleSettings, whole } from "../../support/collect.ts";
import { chats, chunks, startChatServer } from "../../support/model-servers/chat.ts";
import type { ModelServer, StepSource, WireEvent } from "../../support/model-servers/model-server.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(...steps: readonly StepSource[]) {
  const server = await startChatServer(steps, ["first-model", "second-model"]);
  servers.push(server);
  return {
    server,
    provider: createOpenAiCompatible({ settings: sampleSettings(), env: { OPENAI_COMPATIBLE_BASE_URL: server.baseUrl }, baseDelayMs: 1 }),
  };
}

const done: WireEvent = { event: null, data: "[DONE]" };

test("thoughts, text and two calls arrive piece by piece and complete, with usage", async () => {
  const code = 'const s = `a${1}`;\nreturn "é";';
  const { server, provider } = await start(
    chats({
      reasoning: "Hm, hm.",
      text: "Looking.",
      calls: [
        { name: "script", arguments: { code }, id: "call_a" },
        { name: "readFile", arguments: { path: "b" }, id: "call_b" },
      ],
    }),
  );
  const events = await collect(provider, sampleRequest({ effort: "low" }));
  expect(whole(events)).toMatchObject([
    { type: "reasoning", text: "Hm, hm." },
    { type: "text", text: "Looking." },
    { type: "call", wireCallId: "call_a", name: "script", format: "function", input: JSON.stringify({ code }) },
    { type: "call", wireCallId: "call_b", name: "readFile", format: "function", input: '{"path":"b"}' },
    { type: "finished", stopReason: "completed", usage: { inputTokens: 80, outputTokens: 12, cachedTokens: 16 } },
  ]);
  expect(joinedDeltas(events, "call_delta")).toBe(`${code}{"path":"b"}`);
  expect(server.requests[0]).toMatchObject({
    path: "/v1/chat/completions",
    body: {
      messages: [
        { role: "system", content: "You are a test." },
        { role: "user", content: "<original-user-prompt>\nhello\n</original-user-prompt>" },
      ],
      tools: [
        { type: "function", function: { name: "script", parameters: { required: ["code"] } } },
        { type: "function", function: { name: "readFile" } },
      ],
      stream_options: { include_usage: true },
      reasoning_effort: "low",
    },
  });
});

test("text and calls of one answer go back as one assistant message with its results behind it", async () => {
  const { server, provider } = await start(chats({ text: "ok" }));
  await collect(
    provider,
    sampleRequest({
      messages: [
        { role: "user", text: "one" },
        { role: "user", text: "two", images: [{ mediaType: "image/png", base64: "AA" }] },
        { role: "assistant", text: "Looking." },
        { role: "call", wireCallId: "c1", name: "script", format: "custom", input: "return 1;" },
        { role: "call", wireCallId: "c2", name: "readFile", format: "function", input: "no json" },
        { role: "result", wireCallId: "c1", format: "custom", text: "1", ok: true },
        { role: "result", wireCallId: "c2", format: "function", text: "Error", ok: false },
        { role: "user", text: "three" },
      ],
    }),
  );
  expect(server.requests[0]?.body?.["messages"]).toEqual([
    { role: "system", content: "You are a test." },
    { role: "user", content: "one" },
    {
      role: "user",
      content: [
        { type: "text", text: "two" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
      ],
    },
    {
      role: "assistant",
      content: "Looking.",
      tool_calls: [
        { id: "c1", type: "function", function: { name: "script", arguments: '{"code":"return 1;"}' } },
        { id: "c2", type: "function", function: { name: "readFile", arguments: '{"input":"no json"}' } },
      ],
    },
    { role: "tool", tool_call_id: "c1", content: "1" },
    { role: "tool", tool_call_id: "c2", content: "Error" },
    { role: "user", content: "three" },
  ]);
});

const two = [
  { type: "call", name: "readFile", input: '{"path":"a"}' },
  { type: "call", name: "readFile", input: '{"path":"b"}' },
  { type: "finished", stopReason: "completed" },
];
const call = (path: string, more: object = {}) => ({
  type: "function",
  function: { name: "readFile", arguments: JSON.stringify({ path }) },
  ...more,
});
const delta = (tool_calls: readonly unknown[], finish_reason: string | null = null) => ({ index: 0, delta: { tool_calls }, finish_reason });

test.each<[string, readonly unknown[]]>([
  ["whole calls in one piece, without id and index", [delta([call("a"), call("b")], "tool_calls")]],
  ["whole calls one after the other, without id and index", [delta([call("a")]), delta([call("b")], "stop")]],
  ["every call with the index 0", [delta([call("a", { index: 0, id: "x" })]), delta([call("b", { index: 0, id: "y" })], "tool_calls")]],
  [
    "arguments as an object",
    [
      delta(
        [
          { index: 0, id: "x", function: { name: "readFile", arguments: { path: "a" } } },
          { index: 1, id: "y", function: { name: "readFile", arguments: { path: "b" } } },
        ],
        "tool_calls",
      ),
    ],
  ],
  [
    "empty names and ids in later pieces",
    [
      delta([{ index: 0, id: "x", function: { name: "readFile", arguments: "" } }]),
      delta([{ index: 0, id: "", function: { name: "", arguments: '{"path":' } }]),
      delta([{ index: 0, id: "", function: { name: "", arguments: '"a"}' } }]),
      delta([call("b", { index: 1, id: "y" })], "tool_calls"),
    ],
  ],
  [
    "the name repeated in every piece",
    [
      delta([{ index: 0, id: "x", function: { name: "readFile", arguments: '{"path":' } }]),
      delta([{ index: 0, id: "x", function: { name: "readFile", arguments: '"a"}' } }]),
      delta([call("b", { index: 1, id: "y" })], "tool_calls"),
    ],
  ],
  [
    "a message instead of deltas",
    [
      {
        index: 0,
        message: { role: "assistant", content: null, tool_calls: [call("a", { id: "x" }), call("b", { id: "y" })] },
        finish_reason: "tool_calls",
      },
    ],
  ],
])("a server that sends %s is understood", async (_name, choices) => {
  const { provider } = await start({ type: "events", events: [...chunks(choices), done] });
  expect(whole(await collect(provider))).toMatchObject(two);
});

test("a server without usage gets an estimate marked as one, and one that ends without [DONE] is complete after its finish reason", async () => {
  const { provider } = await start(chats({ text: "12345678", usage: null, done: false }));
  expect((await collect(provider)).at(-1)).toMatchObject({
    type: "finished",
    usage: { estimated: true, outputTokens: 2, inputTokens: expect.any(Number) },
  });
});

test("[DONE] without a finish reason is an end, no end at all is a cut", async () => {
  const { provider } = await start(chats({ text: "all", finish: null }), chats({ text: "half", finish: null, done: false, usage: null }));
  const whole1 = await collect(provider);
  const cut = await collect(provider);
  expect([whole1.at(-1), cut.at(-1)]).toMatchObject([{ type: "finished" }, { type: "failed", error: { code: "stream_cut" } }]);
});

test("a server that refuses stream_options is asked again without it, once and for all", async () => {
  const { server, provider } = await start(
    { type: "status", status: 400, body: { error: { message: "unknown field: stream_options" } } },
    chats({ text: "ok", usage: null }),
  );
  await collect(provider);
  const events = await collect(provider);
  expect(events.at(-1)).toMatchObject({ type: "finished", usage: { estimated: true } });
  expect(server.requests.map((request) => request.body !== null && "stream_options" in request.body)).toEqual([true, false, false]);
});

test("without a model in the settings the first one the server lists is used, and asked for once", async () => {
  const { server, provider } = await start(chats({ text: "ok" }));
  for (let i = 0; i < 2; i++) await collect(provider, sampleRequest({ model: provider.defaultModel() }));
  expect(server.requests.map((request) => `${request.method} ${request.path} ${String(request.body?.["model"])}`)).toEqual([
    "GET /v1/models undefined",
    "POST /v1/chat/completions first-model",
    "POST /v1/chat/completions first-model",
  ]);
});

const content = (...parts: readonly string[]) => parts.map((part) => ({ index: 0, delta: { content: part }, finish_reason: null }));
const last = { index: 0, delta: {}, finish_reason: "stop" };

test.each<[string, readonly unknown[], readonly unknown[]]>([
  [
    "in one piece",
    [...content("<think>\nHm.\n</think>\n\nHi <think>."), last],
    [
      ["reasoning", "Hm."],
      ["text", "Hi <think>."],
    ],
  ],
  [
    "letter by letter",
    [...content(...Array.from("\n<think>\n1 < 2 </thin\n</think>\n\n  Hi </think> all")), last],
    [
      ["reasoning", "1 < 2 </thin"],
      ["text", "Hi </think> all"],
    ],
  ],
  [
    "and then calls only",
    [...content("<thi", "nk>\nI read", " it.\n</thi", "nk>\n\n"), delta([call("a", { index: 0, id: "x" })], "tool_calls")],
    [
      ["reasoning", "I read it."],
      ["call", '{"path":"a"}'],
    ],
  ],
  ["that are empty", [...content("<think>\n\n</think>\n\nHi"), last], [["text", "Hi"]]],
  ["that never end", [...content("<think>\nHm. </th"), last], [["reasoning", "Hm. </th"]]],
  ["that are none", [...content("<", "thing> ", "x"), last], [["text", "<thing> x"]]],
  [
    "beside whitespace and calls",
    [...content("\n\n"), delta([call("a", { index: 0, id: "x" })], "tool_calls")],
    [["call", '{"path":"a"}']],
  ],
])("thoughts at the start of the content, %s, are no answer text", async (_name, choices, expected) => {
  const { provider } = await start({ type: "events", events: [...chunks(choices), done] });
  const events = await collect(provider);
  const given = whole(events).flatMap((event) =>
    event.type === "text" || event.type === "reasoning"
      ? [[event.type, event.text]]
      : event.type === "call"
        ? [[event.type, event.input]]
        : [],
  );
  expect(given).toEqual(expected);
  expect(joinedDeltas(events, "text_delta")).toBe(given.find(([type]) => type === "text")?.[1] ?? "");
  expect(joinedDeltas(events, "reasoning_delta").trimEnd()).toBe(given.find(([type]) => type === "reasoning")?.[1] ?? "");
});

test.each([
  [400, "registry.ollama.ai/library/small:2b does not support tools"],
  [404, "No endpoints found that support tool use."],
  [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
  [500, "tools param requires --jinja flag"],
])("a refusal of tools (%i: %s) is not tried again and says to choose another model", async (status, message) => {
  const { server, provider } = await start({ type: "status", status, body: { error: { message } } });
  expect(await collect(provider)).toMatchObject([
    {
      type: "failed",
      error: {
        code: "provider_error",
        message: expect.stringContaining(message),
        hint: expect.stringContaining("model with tool support"),
      },
    },
  ]);
  expect(server.requests).toHaveLength(1);
});

test("an answer cut at the output limit does not hand on its last call", async () => {
  const { provider } = await start(
    chats({
      text: "x",
      calls: [
        { name: "readFile", arguments: { path: "a" } },
        { name: "script", arguments: { code: "half" } },
      ],
      finish: "length",
    }),
  );
  expect(whole(await collect(provider))).toMatchObject([
    { type: "text" },
    { type: "call", name: "readFile" },
    { type: "finished", stopReason: "length" },
  ]);
});

test("an error sent as a chunk is reported, and missing() says what to set", async () => {
  const { provider } = await start({
    type: "events",
    events: [{ event: null, data: { error: { message: "model runner has crashed", type: "server_error" } } }],
  });
  const failed = await collect(provider);
  const unset = createOpenAiCompatible({ settings: sampleSettings(), env: {} });
  expect(failed.at(-1)).toMatchObject({
    type: "failed",
    error: { code: "provider_error", message: expect.stringContaining("model runner has crashed") },
  });
  expect(unset.missing()).toContain("OPENAI_COMPATIBLE_BASE_URL");
  expect(await collect(unset)).toMatchObject([{ type: "failed", error: { code: "settings_invalid" } }]);
});

test("a server that does not stream but answers with one document is understood", async () => {
  const choice = { index: 0, message: { role: "assistant", content: "Hi.", tool_calls: [call("a")] }, finish_reason: "tool_calls" };
  const { provider } = await start({
    type: "raw",
    contentType: "application/json; charset=utf-8",
    text: JSON.stringify({ object: "chat.completion", choices: [choice], usage: { prompt_tokens: 3, completion_tokens: 4 } }, null, 2),
  });
  expect(whole(await collect(provider))).toMatchObject([
    { type: "text", text: "Hi." },
    two[0],
    { type: "finished", usage: { inputTokens: 3, outputTokens: 4 } },
  ]);
});
