import { afterEach, expect, test } from "vitest";
import { createOpenAiResponses } from "../../../src/main/providers/openai-responses.ts";
import { collect, joinedDeltas, sampleRequest, sampleSettings, whole } from "../../support/collect.ts";
import type { ModelServer, StepSource, WireEvent } from "../../support/model-servers/model-server.ts";
import { responds, responseEvents, startResponsesServer } from "../../support/model-servers/responses.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(...steps: readonly StepSource[]) {
  const server = await startResponsesServer(steps);
  servers.push(server);
  return {
    server,
    provider: createOpenAiResponses({
      settings: sampleSettings({ baseUrl: server.baseUrl }),
      env: { OPENAI_API_KEY: "test-secret-key" },
      baseDelayMs: 1,
    }),
  };
}

function data(...events: readonly unknown[]): readonly WireEvent[] {
  return events.map((event) => ({ event: null, data: event }));
}

test("a whole answer with thoughts, text, a freeform call and two function calls arrives piece by piece and complete", async () => {
  const code = 'const a = "ä\\n😀";\nreturn { a };';
  const { server, provider } = await start(
    responds(
      { type: "reasoning", summary: "I think about it.", encrypted: "opaque" },
      { type: "text", text: "Let me look. ✓" },
      { type: "custom", name: "script", input: code, callId: "call_a" },
      { type: "function", name: "readFile", arguments: { path: "a.ts" }, callId: "call_b" },
      { type: "function", name: "readFile", arguments: { path: "b.ts" }, callId: "call_c" },
    ),
  );
  const events = await collect(provider, sampleRequest({ effort: "high", cacheKey: "c_1" }));
  expect(whole(events)).toMatchObject([
    {
      type: "reasoning",
      text: "I think about it.",
      replay: { type: "reasoning", encrypted_content: "opaque", summary: [{ text: "I think about it." }] },
    },
    { type: "text", text: "Let me look. ✓" },
    { type: "call", wireCallId: "call_a", name: "script", format: "custom", input: code },
    { type: "call", wireCallId: "call_b", name: "readFile", format: "function", input: '{"path":"a.ts"}' },
    { type: "call", wireCallId: "call_c", name: "readFile", format: "function", input: '{"path":"b.ts"}' },
    { type: "finished", usage: { inputTokens: 100, outputTokens: 20, cachedTokens: 60 }, stopReason: "completed" },
  ]);
  expect([joinedDeltas(events, "text_delta"), joinedDeltas(events, "reasoning_delta"), joinedDeltas(events, "call_delta")]).toEqual([
    "Let me look. ✓",
    "I think about it.",
    `${code}{"path":"a.ts"}{"path":"b.ts"}`,
  ]);
  expect(server.requests[0]).toMatchObject({
    path: "/v1/responses",
    headers: { authorization: "Bearer test-secret-key" },
    body: {
      model: "test-model",
      instructions: "You are a test.",
      input: [
        {
          type: "message",
          role: "user",
          content: [{ type: "input_text", text: "<original-user-prompt>\nhello\n</original-user-prompt>" }],
        },
      ],
      tools: [
        { type: "custom", name: "script" },
        { type: "function", name: "readFile", strict: false },
      ],
      stream: true,
      store: false,
      parallel_tool_calls: true,
      prompt_cache_key: "c_1",
      reasoning: { effort: "high" },
      include: ["reasoning.encrypted_content"],
    },
  });
});

test("calls, results and thoughts go back in the wire's own form, and thoughts nothing follows are left out", async () => {
  const { server, provider } = await start(responds({ type: "text", text: "ok" }));
  const thought = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "opaque" };
  await collect(
    provider,
    sampleRequest({
      effort: "low",
      messages: [
        { role: "user", text: "<original-user-prompt>\nhello\n</original-user-prompt>" },
        { role: "reasoning", provider: "openai-responses", item: thought },
        { role: "reasoning", provider: "anthropic", item: { type: "thinking", thinking: "x", signature: "y" } },
        { role: "assistant", text: "Looking." },
        { role: "call", wireCallId: "call_1", name: "script", format: "custom", input: "return 1;" },
        { role: "call", wireCallId: "call_2", name: "readFile", format: "function", input: '{"path":"a"}' },
        { role: "result", wireCallId: "call_1", format: "custom", text: "1", ok: true },
        { role: "result", wireCallId: "call_2", format: "function", text: "Error", ok: false },
        { role: "reasoning", provider: "openai-responses", item: thought },
        { role: "user", text: "go on", images: [{ mediaType: "image/png", base64: "AAAA" }] },
      ],
    }),
  );
  expect(server.requests[0]?.body?.["input"]).toEqual([
    { type: "message", role: "user", content: [{ type: "input_text", text: "<original-user-prompt>\nhello\n</original-user-prompt>" }] },
    thought,
    { type: "message", role: "assistant", content: "Looking." },
    { type: "custom_tool_call", call_id: "call_1", name: "script", input: "return 1;" },
    { type: "function_call", call_id: "call_2", name: "readFile", arguments: '{"path":"a"}' },
    { type: "custom_tool_call_output", call_id: "call_1", output: "1" },
    { type: "function_call_output", call_id: "call_2", output: "Error" },
    {
      type: "message",
      role: "user",
      content: [
        { type: "input_text", text: "go on" },
        { type: "input_image", detail: "auto", image_url: "data:image/png;base64,AAAA" },
      ],
    },
  ]);
});

test("nothing of reasoning is asked for when no effort is set, and a server on this machine needs no key", async () => {
  const server = await startResponsesServer([responds({ type: "text", text: "ok" })]);
  servers.push(server);
  const provider = createOpenAiResponses({ settings: sampleSettings(), env: { OPENAI_BASE_URL: `${server.baseUrl}/` } });
  const events = await collect(
    provider,
    sampleRequest({
      messages: [
        { role: "user", text: "x" },
        { role: "reasoning", provider: "openai-responses", item: { type: "reasoning", id: "rs", encrypted_content: "e" } },
        { role: "assistant", text: "y" },
      ],
    }),
  );
  expect(events.at(-1)).toMatchObject({ type: "finished" });
  expect(Object.keys(server.requests[0]?.body ?? {}).sort()).toEqual([
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "store",
    "stream",
    "tools",
  ]);
  expect(JSON.stringify(server.requests[0]?.body)).not.toContain("reasoning");
});

const bare = [
  { type: "text", text: "Hi." },
  { type: "call", name: "readFile", format: "function", input: '{"path":"a"}' },
  { type: "finished", stopReason: "completed" },
];
const message = { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi." }] };
const call = { type: "function_call", name: "readFile", arguments: '{"path":"a"}' };
const completed = { type: "response.completed", response: { status: "completed" } };

test.each<[string, readonly unknown[]]>([
  [
    "only output_item.done, without ids",
    [{ type: "response.output_item.done", item: message }, { type: "response.output_item.done", item: call }, completed],
  ],
  [
    "only response.completed with its output",
    [{ type: "response.created" }, { type: "response.completed", response: { output: [message, call] } }],
  ],
  [
    "items in both places, with ids in one of them only",
    [
      { type: "response.output_item.done", output_index: 0, item: message },
      { type: "response.output_item.done", output_index: 1, item: call },
      {
        type: "response.completed",
        response: {
          output: [
            { ...message, id: "m" },
            { ...call, id: "f" },
          ],
        },
      },
    ],
  ],
  [
    "deltas before the item is announced",
    [
      { type: "response.output_text.delta", output_index: 0, delta: "Hi." },
      { type: "response.output_item.added", output_index: 0, item: { type: "message" } },
      { type: "response.output_item.done", output_index: 0, item: { type: "message" } },
      { type: "response.output_item.done", output_index: 1, item: { ...call, arguments: { path: "a" } } },
      completed,
    ],
  ],
  [
    "deltas and nothing else",
    [
      { type: "response.output_text.delta", delta: "Hi." },
      { type: "response.output_item.added", item: { ...call, arguments: "" } },
      { type: "response.function_call_arguments.delta", delta: '{"path":' },
      { type: "response.function_call_arguments.delta", delta: '"a"}' },
      completed,
    ],
  ],
  [
    "no response.completed, but [DONE]",
    [{ type: "response.output_item.done", item: message }, { type: "response.output_item.done", item: call }, "[DONE]"],
  ],
])("a server that sends %s is understood", async (_name, events) => {
  const { provider } = await start({ type: "events", events: data(...events) });
  expect(whole(await collect(provider))).toMatchObject(bare);
});

test("a freeform tool called as a function shows its code while it arrives and comes back as a function call", async () => {
  const code = 'console.log("a\\tb");\n// “ü”\nreturn 1;';
  const { provider } = await start(responds({ type: "function", name: "script", arguments: { code } }), {
    type: "events",
    events: data(
      { type: "response.output_item.done", item: { type: "function_call", call_id: "c1", name: "script", arguments: "return 2;" } },
      completed,
    ),
  });
  const first = await collect(provider);
  const second = await collect(provider);
  expect(joinedDeltas(first, "call_delta")).toBe(code);
  expect([first, second].map((events) => whole(events)[0])).toMatchObject([
    { type: "call", format: "function", input: JSON.stringify({ code }) },
    { type: "call", wireCallId: "c1", format: "function", input: JSON.stringify({ code: "return 2;" }) },
  ]);
});

test("parts a server refuses by name are left out, at once and from then on", async () => {
  const refuse = (text: string): StepSource => ({ type: "status", status: 400, body: { error: { message: text } } });
  const { server, provider } = await start(
    refuse("Unknown parameter: 'prompt_cache_key'."),
    refuse("Invalid value: 'custom'. Supported values are: 'function'."),
    responds({ type: "text", text: "ok" }),
    responds({ type: "text", text: "ok" }),
  );
  const request = sampleRequest({
    cacheKey: "c",
    messages: [
      { role: "user", text: "x" },
      { role: "call", wireCallId: "c1", name: "script", format: "custom", input: "return 1;" },
      { role: "result", wireCallId: "c1", format: "custom", text: "1", ok: true },
    ],
  });
  const events = [...(await collect(provider, request)), ...(await collect(provider, request))];
  expect(whole(events).map((event) => event.type)).toEqual(["text", "finished", "text", "finished"]);
  expect(server.requests).toHaveLength(4);
  expect(server.requests[3]?.body).toMatchObject({
    tools: [{ type: "function", name: "script" }, { type: "function" }],
    input: [{}, { type: "function_call", arguments: '{"code":"return 1;"}' }, { type: "function_call_output" }],
  });
  expect(server.requests[3]?.body).not.toHaveProperty("prompt_cache_key");
});

test("an answer cut at the output limit ends as such and an unfinished call is not handed on", async () => {
  const cut = responseEvents([
    { type: "text", text: "Long" },
    { type: "custom", name: "script", input: "return 1" },
  ]).slice(0, -2);
  const { provider } = await start({
    type: "events",
    events: [
      ...cut,
      ...data({
        type: "response.incomplete",
        response: {
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          usage: { input_tokens: 5, output_tokens: 6 },
        },
      }),
    ],
  });
  expect(whole(await collect(provider))).toMatchObject([
    { type: "text", text: "Long" },
    { type: "finished", stopReason: "length", usage: { inputTokens: 5, outputTokens: 6 } },
  ]);
});

test("an error inside the stream is sorted out like one of the status line", async () => {
  const failed = (code: string, text: string): StepSource => ({
    type: "events",
    events: data({ type: "response.created" }, { type: "response.failed", response: { status: "failed", error: { code, message: text } } }),
  });
  const { provider } = await start(
    failed("server_error", "Oops"),
    failed("context_length_exceeded", "Your input exceeds the context window of this model."),
    { type: "events", events: data({ type: "error", code: "rate_limit_exceeded", message: "Too fast." }) },
    responds({ type: "text", text: "ok" }),
  );
  const first = await collect(provider);
  const second = await collect(provider);
  expect(first).toMatchObject([
    { type: "retry", attempt: 1, error: { code: "provider_error" } },
    { type: "failed", error: { code: "context_too_long" } },
  ]);
  expect(second.filter((event) => event.type !== "text_delta")).toMatchObject([
    { type: "retry", error: { code: "rate_limited" } },
    { type: "text" },
    { type: "finished" },
  ]);
});

const failedResponse = (error: object): unknown => ({ type: "response.failed", response: { status: "failed", error } });

test.each<[string, unknown, string, boolean]>([
  ["server_error", failedResponse({ code: "server_error", message: "Oops" }), "provider_error", true],
  ["an overloaded server", failedResponse({ type: "overloaded_error", message: "Overloaded" }), "provider_error", true],
  ["429 as a number", failedResponse({ code: 429, message: "Slow down" }), "rate_limited", true],
  ["503 as a number", { error: { code: 503, message: "Loading" } }, "provider_error", true],
  ["a status in the message", failedResponse({ message: "upstream: HTTP 502" }), "provider_error", true],
  ["a rate limit in words", { type: "error", message: "Rate limit reached" }, "rate_limited", true],
  [
    "a prompt that is refused",
    failedResponse({ code: "invalid_prompt", message: "No. Overloaded with 512 words" }),
    "provider_error",
    false,
  ],
  ["a reason of its own", failedResponse({ code: "image_parse_error", message: "Bad image of 512 px" }), "provider_error", false],
  ["no reason at all", { type: "error", message: "Something" }, "provider_error", false],
  ["400 as a number", { error: { code: 400, message: "Bad" } }, "provider_error", false],
  ["no quota", failedResponse({ code: "insufficient_quota", message: "Pay" }), "rate_limited", false],
])("an error inside the stream is tried again only when it may pass: %s", async (_name, event, code, again) => {
  const { server, provider } = await start({ type: "events", events: data(event) }, responds({ type: "text", text: "ok" }));
  const events = await collect(provider);
  expect(events[0]).toMatchObject({ type: again ? "retry" : "failed", error: { code } });
  expect([events.at(-1)?.type, server.requests.length]).toEqual(again ? ["finished", 2] : ["failed", 1]);
});

test("a server that does not stream but answers with one document is understood", async () => {
  const { provider } = await start({
    type: "raw",
    contentType: "application/json",
    text: JSON.stringify(
      { object: "response", status: "completed", output: [message, call], usage: { input_tokens: 3, output_tokens: 4 } },
      null,
      2,
    ),
  });
  expect(await collect(provider)).toMatchObject([...bare.slice(0, 2), { type: "finished", usage: { inputTokens: 3, outputTokens: 4 } }]);
});
