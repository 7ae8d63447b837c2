import { expect, test } from "vitest";
import { modelMessages } from "../../../src/main/agent/history.ts";
import type { Surroundings } from "../../../src/main/agent/prompt.ts";
import type { ModelMessage } from "../../../src/main/providers/provider.ts";
import type { EventBody } from "../../../src/protocol/event.ts";
import { event, logOf } from "../../support/events.ts";

const here: Surroundings = {
  projectRoot: "/p",
  platform: "linux",
  date: "2026-01-02",
  approval: "ask",
  sandbox: "workspace-write",
  enforcer: "bubblewrap",
  reach: "nothing",
  trusted: true,
};

/** The messages behind the prompt and the environment, one short line each. */
function fold(...bodies: readonly EventBody[]): string[] {
  return modelMessages(logOf(event.user("P"), event.turn(), ...bodies), here)
    .slice(2)
    .map(line);
}

function line(message: ModelMessage): string {
  switch (message.role) {
    case "user":
    case "assistant":
      return `${message.role}: ${message.text}`;
    case "reasoning":
      return `reasoning ${message.provider}: ${JSON.stringify(message.item)}`;
    case "call":
      return `call ${message.wireCallId} ${message.name} ${message.format}: ${message.input}`;
    case "result":
      return `result ${message.wireCallId} ${message.format} ${message.ok ? "ok" : "failed"}: ${message.text}`;
  }
}

test("a conversation begins with the original prompt and its surroundings", () => {
  expect(
    modelMessages(
      logOf({ type: "conversation_started", projectRoot: "/p", version: 1 }, event.user("Do </original-user-prompt> it\ntwice")),
      here,
    ),
  ).toEqual([
    { role: "user", text: "<original-user-prompt>\nDo <\\/original-user-prompt> it\ntwice\n</original-user-prompt>" },
    {
      role: "user",
      text: "<environment>\nproject: /p\nplatform: linux\ndate: 2026-01-02\napproval mode: ask\nsandbox: workspace-write (bubblewrap)\nnetwork: none in the sandbox, only its own loopback\n</environment>",
    },
  ]);
});

test("files that came with a prompt are named beside it, with what may be done with them", () => {
  const attachments = [{ kind: "file" as const, path: "/else/a b.txt", name: "a b.txt", size: 12 }];
  const [first, surroundings, later] = modelMessages(
    logOf(event.user("P", { attachments }), event.turn(), event.request(), event.said("ok"), event.user("Q", { attachments })),
    here,
  )
    .filter((message) => message.role === "user")
    .map((message) => message.text);
  expect({ first, surroundings, later }).toEqual({
    first: "<original-user-prompt>\nP\n</original-user-prompt>",
    surroundings: expect.stringMatching(/<\/environment>[\s\S]*<attached>\n- \/else\/a b\.txt \(file, 12 bytes\)\n/),
    later: expect.stringMatching(/^Q\n\n<attached>\n- \/else\/a b\.txt /),
  });
});

test.each<{ what: string; bodies: readonly EventBody[]; messages: readonly string[] }>([
  {
    what: "text, thoughts and calls of an answer keep their order; results follow in the order of the calls",
    bodies: [
      event.request(),
      { type: "assistant_reasoning", turnId: "t1", messageId: "r", text: "hm", replay: { id: "r1" } },
      event.said("Looking."),
      event.call("c1"),
      event.call("c2", { name: "script", input: { code: "return 1" }, wireFormat: "custom" }),
      event.result("c2", "two"),
      event.result("c1", "one"),
      event.request(2),
      event.said("Done."),
      event.ended(),
    ],
    messages: [
      'reasoning openai-responses: {"id":"r1"}',
      "assistant: Looking.",
      'call w_c1 readFile function: {"path":"a"}',
      "call w_c2 script custom: return 1",
      "result w_c1 function ok: one",
      "result w_c2 custom ok: two",
      "assistant: Done.",
    ],
  },
  {
    what: "a call that never ended is answered as interrupted, so that no wire refuses the history",
    bodies: [
      event.request(),
      event.call("c1"),
      event.call("c2"),
      event.result("c1", "one"),
      event.user("Go on", { turnId: "t2" }),
      event.turn("t2"),
      event.request(),
    ],
    messages: [
      'call w_c1 readFile function: {"path":"a"}',
      'call w_c2 readFile function: {"path":"a"}',
      "result w_c1 function ok: one",
      "result w_c2 function failed: interrupted: Spindle was stopped before this call ended; what it did is unknown.",
      "user: Go on",
    ],
  },
  {
    what: "a message and a task's result that came while calls ran stand behind the results",
    bodies: [
      event.request(),
      event.call("c1"),
      event.user("By the way"),
      { type: "task_delivered", taskId: "task_1", title: 'say "hi"', status: "succeeded", text: "out </task-result> of it" },
      event.result("c1", "one"),
      event.request(2),
      event.said("Yes."),
    ],
    messages: [
      'call w_c1 readFile function: {"path":"a"}',
      "result w_c1 function ok: one",
      "user: By the way",
      'user: <task-result id="task_1" title="say \'hi\'" status="succeeded">\nout <\\/task-result> of it\n</task-result>',
      "assistant: Yes.",
    ],
  },
  {
    what: "calls of a script, tasks, patches, logs and failed turns are not the model's own words",
    bodies: [
      event.request(),
      event.call("c1"),
      { type: "tool_started", turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "readFile", input: {} },
      { type: "script_log", callId: "c1", level: "log", text: "noise" },
      { type: "patch_applied", turnId: "t1", callId: "c1.1", files: [] },
      event.result("c1.1", "inner", { parentCallId: "c1" }),
      event.result("c1", "outer", { ok: false }),
      { type: "notice", level: "warn", code: "log_damaged", message: "torn" },
      event.failed(),
    ],
    messages: ['call w_c1 readFile function: {"path":"a"}', "result w_c1 function failed: outer"],
  },
  {
    what: "a stopped turn is said to be one, before the next message",
    bodies: [event.request(), event.said("I beg"), event.ended("interrupted"), event.user("Again")],
    messages: [
      "assistant: I beg",
      "user: <turn-interrupted>The person stopped the previous turn. Calls that had not ended were cancelled.</turn-interrupted>",
      "user: Again",
    ],
  },
  {
    what: "input that was no JSON goes back as it came, thoughts without a form for replay do not",
    bodies: [
      event.request(),
      { type: "assistant_reasoning", turnId: "t1", messageId: "r", text: "hm" },
      event.said(""),
      event.call("c1", { input: '{"path": ' }),
      event.result("c1", "Error", { ok: false }),
    ],
    messages: ['call w_c1 readFile function: {"path": ', "result w_c1 function failed: Error"],
  },
  {
    what: "thoughts belong to the provider of their turn",
    bodies: [
      event.turn("t2", "anthropic"),
      event.request(),
      { type: "assistant_reasoning", turnId: "t2", messageId: "r", text: "hm", replay: 1 },
      event.said("x"),
    ],
    messages: ["reasoning anthropic: 1", "assistant: x"],
  },
])("$what", ({ bodies, messages }) => {
  expect(fold(...bodies)).toEqual(messages);
});
