import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createProvider } from "../../../src/main/providers/create-provider.ts";
import type { ModelEvent, Provider } from "../../../src/main/providers/provider.ts";
import type { ProviderSettings } from "../../../src/protocol/settings.ts";
import { createOpenAiResponses } from "../../../src/main/providers/openai-responses.ts";
import { collect, sampleRequest, sampleSettings } from "../../support/collect.ts";
import { messageEvents, messages } from "../../support/model-servers/anthropic.ts";
import { chatEvents, chats } from "../../support/model-servers/chat.ts";
import {
  faults,
  startModelServer,
  type ModelServer,
  type ServerStep,
  type StepSource,
  type WireEvent,
} from "../../support/model-servers/model-server.ts";
import { responds, responseEvents } from "../../support/model-servers/responses.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const key = "sk-test-0123456789abcdefghijklmnop";
const wires = [
  {
    id: "openai-responses",
    ok: responds({ type: "text", text: "ok" }),
    half: responseEvents([{ type: "text", text: "half of it" }]).slice(0, 5),
  },
  { id: "openai-compatible", ok: chats({ text: "ok" }), half: chatEvents({ text: "half of it" }).slice(0, 2) },
  { id: "anthropic", ok: messages({ type: "text", text: "ok" }), half: messageEvents([{ type: "text", text: "half of it" }]).slice(0, 4) },
] as const satisfies readonly { id: string; ok: ServerStep; half: readonly WireEvent[] }[];

async function start(
  id: (typeof wires)[number]["id"],
  steps: readonly StepSource[],
  settings: Partial<ProviderSettings> = {},
): Promise<{ server: ModelServer; provider: Provider }> {
  const server = await startModelServer(steps);
  servers.push(server);
  return { server, provider: createProvider(id, sampleSettings({ baseUrl: server.baseUrl, apiKey: key, maxRetries: 1, ...settings }), {}) };
}

function codes(events: readonly ModelEvent[]): string[] {
  return events
    .filter((event) => event.type === "retry" || event.type === "failed" || event.type === "finished")
    .map((event) => ("error" in event ? `${event.type}: ${event.error.code}` : event.type));
}

test.each(wires)(
  "$id: each fault becomes a code with a hint, what may pass is tried again, and no message holds the key",
  async ({ id, ok, half }) => {
    const cases: [ServerStep | readonly ServerStep[], string[]][] = [
      [faults.unauthorized, ["failed: unauthorized"]],
      [{ type: "status", status: 403, body: { error: { message: `key ${key} may not` } } }, ["failed: unauthorized"]],
      [
        { type: "status", status: 404, body: { error: { message: "The model `test-model` does not exist", code: "model_not_found" } } },
        ["failed: unknown_model"],
      ],
      [{ type: "status", status: 404, body: {} }, ["failed: provider_error"]],
      [
        [faults.rateLimited(0), ok],
        ["retry: rate_limited", "finished"],
      ],
      [faults.rateLimited(3600), ["failed: rate_limited"]],
      [
        { type: "status", status: 429, body: { error: { message: "You exceeded your current quota", code: "insufficient_quota" } } },
        ["failed: rate_limited"],
      ],
      [
        [faults.broken, ok],
        ["retry: provider_error", "finished"],
      ],
      [
        { type: "status", status: 400, body: { error: { message: `maximum context length is 8192 tokens ${key}` } } },
        ["failed: context_too_long"],
      ],
      [{ type: "status", status: 400, body: { error: { message: `no such field, ${key}` } } }, ["failed: provider_error"]],
      [{ type: "events", events: [{ event: "message_start", data: '{"type": "broken' }] }, ["failed: malformed_stream"]],
      [faults.webPage, ["failed: malformed_stream"]],
      [
        [{ type: "events", events: [], ending: "cut" }, ok],
        ["retry: stream_cut", "finished"],
      ],
      [{ type: "events", events: half, ending: "cut" }, ["failed: stream_cut"]],
      [{ type: "events", events: half }, ["failed: stream_cut"]],
    ];
    const seen = await Promise.all(
      cases.map(async ([steps]) => {
        const { provider } = await start(id, Array.isArray(steps) ? steps : [steps as ServerStep]);
        return collect(provider);
      }),
    );
    expect(seen.map(codes)).toEqual(cases.map(([, expected]) => expected));
    const failures = seen.flat().filter((event) => event.type === "failed");
    expect(failures.every((event) => event.error.hint !== undefined && event.error.message.endsWith("."))).toBe(true);
    expect(JSON.stringify(seen)).not.toContain(key);
  },
);

test.each(wires)(
  "$id: silence ends as provider_timeout, before and after the first words, and closes the request",
  async ({ id, half }) => {
    const silent = await start(id, [faults.hang], { idleTimeoutMs: 150, maxRetries: 0 });
    const midway = await start(id, [{ type: "events", events: half, ending: "hang" }], { idleTimeoutMs: 150, maxRetries: 0 });
    const [first, second] = await Promise.all([collect(silent.provider), collect(midway.provider)]);
    expect([codes(first), codes(second)]).toEqual([["failed: provider_timeout"], ["failed: provider_timeout"]]);
    await vi.waitFor(() =>
      expect([silent, midway].map(({ server }) => server.requests.map((request) => request.closedEarly))).toEqual([[true], [true]]),
    );
  },
);

test.each(wires)("$id: a stop ends the stream at once, whatever it is doing, and closes the request", async ({ id, half }) => {
  const endless: ServerStep = { type: "endless", event: half.at(-1) ?? { event: null, data: {} }, everyMs: 5 };
  for (const step of [faults.hang, endless, faults.rateLimited(60)]) {
    const stop = new AbortController();
    let stoppedAt = 0;
    const stopSoon = (): void => {
      stoppedAt = performance.now();
      stop.abort();
    };
    const { server, provider } = await start(id, [() => (setTimeout(stopSoon, 60), step)]);
    const events = await collect(provider, sampleRequest(), stop.signal);
    expect(events.at(-1)).toMatchObject({ type: "failed", error: { code: "cancelled" } });
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    if (step.type !== "status") await vi.waitFor(() => expect(server.requests.map((request) => request.closedEarly)).toEqual([true]));
  }
});

test("a reader that walks away closes the request", async () => {
  const { server, provider } = await start("openai-compatible", [
    { type: "endless", event: chatEvents({ text: "x" })[1] ?? { event: null, data: {} }, everyMs: 5 },
  ]);
  for await (const event of provider.stream(sampleRequest(), new AbortController().signal)) if (event.type === "text_delta") break;
  await vi.waitFor(() => expect(server.requests[0]?.closedEarly).toBe(true));
});

test("a signal that is aborted before the start sends nothing", async () => {
  const { server, provider } = await start("openai-responses", [responds({ type: "text", text: "ok" })]);
  const events = await collect(provider, sampleRequest(), AbortSignal.abort());
  expect([codes(events), server.requests.length]).toEqual([["failed: cancelled"], 0]);
});

test("a port where nothing listens and a host that does not exist are named, with every try shown", async () => {
  const port = await freePort();
  const refused = createOpenAiResponses({
    settings: sampleSettings({ baseUrl: `http://127.0.0.1:${port}/v1`, maxRetries: 2 }),
    env: {},
    baseDelayMs: 1,
  });
  const unknown = createOpenAiResponses({
    settings: sampleSettings({ baseUrl: "http://no-such-host.invalid/v1", apiKey: key, maxRetries: 0 }),
    env: {},
  });
  const first = await collect(refused);
  const second = await collect(unknown);
  expect(first).toMatchObject([
    { type: "retry", attempt: 1, maxRetries: 2, delayMs: expect.any(Number) },
    { type: "retry", attempt: 2 },
    { type: "failed", error: { code: "provider_unreachable", message: expect.stringContaining(`127.0.0.1:${port}`) } },
  ]);
  expect(second.at(-1)).toMatchObject({
    type: "failed",
    error: { code: "provider_unreachable", message: expect.stringContaining("no-such-host.invalid") },
  });
});

test("providers say what is missing before anything is sent", async () => {
  const remote = sampleSettings({ baseUrl: "https://example.test/v1" });
  const missing = (["openai-responses", "anthropic"] as const).map((id) => createProvider(id, remote, {}));
  expect(missing.map((provider) => provider.missing())).toEqual([
    "No API key for example.test. Set OPENAI_API_KEY in the environment, or the key in the settings.",
    "No API key for example.test. Set ANTHROPIC_API_KEY in the environment, or the key in the settings.",
  ]);
  expect(await Promise.all(missing.map(async (provider) => codes(await collect(provider))))).toEqual([
    ["failed: no_api_key"],
    ["failed: no_api_key"],
  ]);
  expect(createProvider("anthropic", sampleSettings({ baseUrl: "ftp://user:secret@example.test" }), {}).missing()).toBe(
    'The base URL "ftp://example.test" is not an http or https address.',
  );
  expect(createProvider("demo", sampleSettings(), { SPINDLE_DEMO_PAUSE_MS: "0" }).missing()).toBeNull();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
