import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createAnthropic } from "../../../src/main/providers/anthropic.ts";
import { createOpenAiCompatible } from "../../../src/main/providers/openai-compatible.ts";
import { createOpenAiResponses } from "../../../src/main/providers/openai-responses.ts";
import type { Provider } from "../../../src/main/providers/provider.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import { sampleSettings } from "../../support/collect.ts";
import { messages, startAnthropicServer } from "../../support/model-servers/anthropic.ts";
import { chats, startChatServer } from "../../support/model-servers/chat.ts";
import type { ModelServer, ServerStep } from "../../support/model-servers/model-server.ts";
import { responds, startResponsesServer } from "../../support/model-servers/responses.ts";
import { of, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const patch = '*** Begin Patch\n*** Update File: n.txt\n@@\n-one\n+"two" \\ 😀\n*** Add File: new.txt\n+\\u0041 is not an A\n*** End Patch';

/** Every way a patch can come from a model. */
const ways: Readonly<
  Record<string, { readonly call: ServerStep; readonly text: ServerStep; start(steps: readonly ServerStep[]): Promise<Provider> }>
> = {
  "Responses, JSON arguments": {
    call: responds({ type: "function", name: "applyPatch", arguments: { workdir: ".", patch } }),
    text: responds({ type: "text", text: "ok" }),
    start: responses,
  },
  "Responses, freeform": {
    call: responds({ type: "custom", name: "applyPatch", input: patch }),
    text: responds({ type: "text", text: "ok" }),
    start: responses,
  },
  "chat completions": {
    call: chats({ calls: [{ name: "applyPatch", arguments: { patch } }] }),
    text: chats({ text: "ok" }),
    start: async (steps) => createOpenAiCompatible({ settings: await at(startChatServer(steps)), env: {}, baseDelayMs: 1 }),
  },
  Messages: {
    call: messages({ type: "tool_use", name: "applyPatch", input: { patch } }),
    text: messages({ type: "text", text: "ok" }),
    start: async (steps) => createAnthropic({ settings: await at(startAnthropicServer(steps)), env: {}, baseDelayMs: 1 }),
  },
};

async function responses(steps: readonly ServerStep[]): Promise<Provider> {
  return createOpenAiResponses({ settings: await at(startResponsesServer(steps)), env: {}, baseDelayMs: 1 });
}

async function at(starting: Promise<ModelServer>) {
  const server = await starting;
  servers.push(server);
  return sampleSettings({ baseUrl: server.baseUrl, model: "test-model", maxRetries: 0 });
}

async function send(provider: Provider) {
  const house = lab();
  house.write({ "n.txt": "one\n" });
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const pushed: SpindleEvent[] = [];
  engine.onEvent((event) => pushed.push(event));
  const result = await conversation.send("Go", []).done;
  const shown = of(pushed, "call_delta")
    .map((event) => event.text)
    .join("");
  return { result, shown, pushed, file: readFileSync(path.join(house.project, "n.txt"), "utf8") };
}

describe.each(Object.entries(ways))("a patch by %s", (_, way) => {
  test("is pushed as its own text while it arrives, then applied", async () => {
    const { result, shown, file, pushed } = await send(await way.start([way.call, way.text]));
    expect({ result, shown, file, patches: of(pushed, "patch_applied").length }).toEqual({
      result: { status: "completed", error: null },
      shown: patch,
      file: '"two" \\ 😀\n',
      patches: 1,
    });
  });

  test("that breaks off in the middle starts no call and changes nothing", async () => {
    const events = way.call.type === "events" ? way.call.events : [];
    const half: ServerStep = { type: "events", events: events.slice(0, Math.floor(events.length * 0.6)), ending: "cut" };
    const { result, shown, file, pushed } = await send(await way.start([half]));
    expect([shown.length > 10, patch.startsWith(shown), shown.length < patch.length]).toEqual([true, true, true]);
    expect({ status: result.status, file, started: of(pushed, "tool_started"), patches: of(pushed, "patch_applied") }).toEqual({
      status: "failed",
      file: "one\n",
      started: [],
      patches: [],
    });
  });
});
