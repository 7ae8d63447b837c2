import { afterEach, expect, test } from "vitest";
import { createAnthropic } from "../../../src/main/providers/anthropic.ts";
import { collect, joinedDeltas, sampleRequest, sampleSettings, whole } from "../../support/collect.ts";
import { messageEvents, messages, startAnthropicServer } from "../../support/model-servers/anthropic.ts";
import type { ModelServer, StepSource } from "../../support/model-servers/model-server.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(...steps: readonly StepSource[]) {
  const server = await startAnthropicServer(steps);
  servers.push(server);
  return {
    server,
    provider: createAnthropic({
      settings: sampleSettings({ baseUrl: server.baseUrl }),
      env: { ANTHROPIC_API_KEY: "test-secret-key" },
      baseDelayMs: 1,
    }),
  };
}

test("thoughts with their signature, text and two calls arrive piece by piece and complete", async () => {
  const code = "return await tools.listDir({});";
  const { server, provider } = await start(
    messages(
      { type: "thinking", thinking: "First I list.", signature: "sig" },
      { type: "text", text: "Listing." },
      { type: "tool_use", id: "tu_1", name: "script", input: { code } },
      { type: "tool_use", id: "tu_2", name: "readFile", input: { path: "a" } },
    ),
  );
  const events = await collect(provider, sampleRequest({ effort: "medium" }));
  expect(whole(events)).toMatchObject([
    { type: "reasoning", text: "First I list.", replay: { type: "thinking", thinking: "First I list.", signature: "sig" } },
    { type: "text", text: "Listing." },
    { type: "call", wireCallId: "tu_1", name: "script", format: "function", input: JSON.stringify({ code }) },
    { type: "call", wireCallId: "tu_2", name: "readFile", format: "function", input: '{"path":"a"}' },
    { type: "finished", stopReason: "completed", usage: { inputTokens: 100, outputTokens: 33, cachedTokens: 50 } },
  ]);
  expect([joinedDeltas(events, "reasoning_delta"), joinedDeltas(events, "text_delta"), joinedDeltas(events, "call_delta")]).toEqual([
    "First I list.",
    "Listing.",
    `${code}{"path":"a"}`,
  ]);
  expect(server.requests[0]).toMatchObject({
    path: "/v1/messages",
    headers: { authorization: "Bearer test-secret-key", "x-api-key": "test-secret-key" },
    body: {
      system: [{ text: "You are a test.", cache_control: { type: "ephemeral" } }],
      messages: [
        {
          role: "user",
          content: [{ type: "text", text: "<original-user-prompt>\nhello\n</original-user-prompt>", cache_control: { type: "ephemeral" } }],
        },
      ],
      tools: [{ name: "script", input_schema: { type: "object" } }, { name: "readFile" }],
      max_tokens: 32_000,
      thinking: { type: "adaptive" },
      output_config: { effort: "medium" },
    },
  });
});

test("results stand right behind their calls, neighbours of a role are one message, and foreign or loose thoughts are left out", async () => {
  const { server, provider } = await start(messages({ type: "text", text: "ok" }));
  const thought = { type: "thinking", thinking: "t", signature: "s" };
  await collect(
    provider,
    sampleRequest({
      messages: [
        { role: "user", text: "one" },
        { role: "user", text: "two" },
        { role: "reasoning", provider: "anthropic", item: thought },
        { role: "reasoning", provider: "openai-responses", item: { type: "reasoning", id: "rs", encrypted_content: "e" } },
        { role: "call", wireCallId: "call:1", name: "script", format: "custom", input: "return 1;" },
        { role: "result", wireCallId: "call:1", format: "custom", text: "Error", ok: false },
        { role: "reasoning", provider: "anthropic", item: thought },
        { role: "user", text: "three" },
      ],
    }),
  );
  expect(server.requests[0]?.body?.["messages"]).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "one" },
        { type: "text", text: "two" },
      ],
    },
    { role: "assistant", content: [thought, { type: "tool_use", id: "call_1", name: "script", input: { code: "return 1;" } }] },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "call_1", content: "Error", is_error: true },
        { type: "text", text: "three", cache_control: { type: "ephemeral" } },
      ],
    },
  ]);
});

test("an older model gets a thinking budget and a smaller output limit after it refused the newer parts", async () => {
  const refuse = (text: string): StepSource => ({
    type: "status",
    status: 400,
    body: { type: "error", error: { type: "invalid_request_error", message: text } },
  });
  const { server, provider } = await start(
    refuse("adaptive thinking is not supported on this model"),
    refuse("max_tokens: 32000 > 8192, which is the maximum allowed"),
    messages({ type: "text", text: "ok" }),
  );
  expect((await collect(provider, sampleRequest({ effort: "high" }))).at(-1)).toMatchObject({ type: "finished" });
  expect(server.requests[2]?.body).toMatchObject({ max_tokens: 8_192, thinking: { type: "enabled", budget_tokens: 7_000 } });
});

test("an overloaded server is tried again, a cut at the output limit keeps the half call back, a refusal is named", async () => {
  const { provider } = await start(
    { type: "events", events: [{ event: "error", data: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } } }] },
    {
      type: "events",
      events: messageEvents(
        [
          { type: "text", text: "x" },
          { type: "tool_use", name: "script", input: { code: "half" } },
        ],
        "max_tokens",
      ),
    },
    { type: "events", events: messageEvents([{ type: "text", text: "No." }], "refusal") },
  );
  const first = await collect(provider);
  const second = await collect(provider);
  expect(whole(first)).toMatchObject([
    { type: "retry", error: { code: "provider_error" } },
    { type: "text" },
    { type: "finished", stopReason: "length" },
  ]);
  expect(whole(second)).toMatchObject([
    { type: "text", text: "No." },
    { type: "finished", stopReason: "refused" },
  ]);
});
