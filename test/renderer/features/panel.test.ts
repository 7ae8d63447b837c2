import { describe, expect, it } from "vitest";
import { attachedFiles, originalPrompt, requestParts, toolUses } from "../../../src/renderer/features/panel/context-facts.ts";
import { latestPlan } from "../../../src/renderer/features/panel/plan.ts";
import { emptyView } from "../../../src/renderer/state/conversation-view.ts";
import { fold } from "../../../src/renderer/state/fold.ts";
import { rawRequest } from "../../../src/main/agent/raw-request.ts";
import type { ApprovalMode } from "../../../src/protocol/settings.ts";
import { chargeStory, createStory, usage } from "../support/story.ts";

describe("the latest plan", () => {
  const turn = (story: ReturnType<typeof createStory>, turnId: string, approval: ApprovalMode, texts: readonly string[], ends = true) => {
    story.add({ type: "user_message", turnId, text: `prompt of ${turnId}`, attachments: [], source: "user" });
    story.add({ type: "turn_started", turnId, provider: "demo", model: "demo", approval, sandbox: "workspace-write" });
    story.add({ type: "request_started", turnId, requestNumber: 1, taskIds: [] });
    for (const [index, text] of texts.entries()) story.text(turnId, `${turnId}m${index}`, text);
    if (ends) story.add({ type: "turn_finished", turnId, status: "completed", usage, durationMs: 10 });
  };
  const planOf = (story: ReturnType<typeof createStory>) => latestPlan(fold(emptyView, story.events));

  it("is the last answer of the newest turn in mode plan, however many turns came since", () => {
    const story = createStory();
    turn(story, "t1", "plan", ["I look.", "# First"]);
    turn(story, "t2", "plan", ["I look again.", "# Second"]);
    expect(planOf(story)).toMatchObject({ text: "# Second", running: false, turnsSince: 0 });
    turn(story, "t3", "auto", ["Done."]);
    expect(planOf(story)).toMatchObject({ text: "# Second", running: false, turnsSince: 1 });
  });

  it("is on its way while a turn in mode plan runs, and nothing without one", () => {
    const story = createStory();
    turn(story, "t1", "ask", ["Not a plan."]);
    expect(planOf(story)).toBeNull();
    turn(story, "t2", "plan", [], false);
    expect(planOf(story)).toMatchObject({ text: "", running: true });
  });

  it("stays the one before when a turn in mode plan ended without an answer", () => {
    const story = createStory();
    turn(story, "t1", "plan", ["# First"]);
    turn(story, "t2", "plan", []);
    expect(planOf(story)).toMatchObject({ text: "# First", turnsSince: 1 });
  });
});

describe("what fills the window", () => {
  it("a request is counted by who wrote its parts, as main writes the raw view", () => {
    const raw = rawRequest([
      { role: "user", text: "<original-user-prompt>\nGo on\n\n[maybe] it is\n</original-user-prompt>" },
      { role: "user", text: "<environment>\nproject: /p\n</environment>" },
      { role: "assistant", text: "I read.\n\nThen I write." },
      { role: "reasoning", provider: "demo", item: null },
      { role: "call", wireCallId: "w1", name: "readFile", format: "function", input: '{"path":"a"}' },
      { role: "result", wireCallId: "w1", format: "function", text: "one\n\ntwo", ok: true },
      { role: "result", wireCallId: "w2", format: "function", text: "no", ok: false },
      { role: "user", text: '<task-result id="1" title="t" status="succeeded">\nx\n</task-result>' },
      { role: "user", text: "And the tests" },
    ]);
    expect(requestParts(raw).map(({ kind, messages, characters }) => [kind, messages, characters])).toEqual([
      ["original", 1, 67],
      ["surroundings", 1, 40],
      ["prompt", 1, 13],
      ["answer", 1, 22],
      ["reasoning", 1, 0],
      ["call", 1, 12],
      ["result", 2, 10],
      ["task", 1, 66],
    ]);
    expect(requestParts("")).toEqual([]);
  });

  it("the original prompt, tools and attached files come from the conversation, each file once", () => {
    const story = chargeStory();
    const file = { kind: "file", path: "/p/a.ts", name: "a.ts", size: 3 } as const;
    story.add({
      type: "user_message",
      turnId: "t2",
      text: "Look",
      attachments: [file, { ...file, range: { from: 1, to: 2 } }],
      source: "user",
    });
    story.add({ type: "user_message", turnId: "t3", text: "Again", attachments: [file], source: "user" });
    const view = fold(emptyView, story.events);
    expect(originalPrompt(view)).toMatch(/^Retries of/);
    expect(attachedFiles(view).map(({ range }) => range ?? null)).toEqual([null, { from: 1, to: 2 }]);
    expect(toolUses(view).slice(0, 2)).toEqual([
      { tool: "readFile", direct: 0, inScripts: 8 },
      { tool: "applyPatch", direct: 1, inScripts: 0 },
    ]);
    expect([originalPrompt(emptyView), attachedFiles(emptyView), toolUses(emptyView)]).toEqual([null, [], []]);
  });
});
