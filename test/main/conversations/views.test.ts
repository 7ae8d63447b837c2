import { expect, test } from "vitest";
import { foldRow } from "../../../src/main/conversations/row.ts";
import { transcriptMarkdown } from "../../../src/main/conversations/transcript.ts";
import type { EventBody } from "../../../src/protocol/event.ts";
import type { PatchFile } from "../../../src/protocol/patch.ts";
import { event, logOf } from "../../support/events.ts";

const begun: EventBody = { type: "conversation_started", projectRoot: "/p", version: 1 };
const file: PatchFile = {
  path: "a.ts",
  kind: "update",
  added: 2,
  removed: 1,
  before: null,
  after: null,
  hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 2, lines: ["-a", "+b", "+```"] }],
};
const patched: EventBody = { type: "patch_applied", turnId: "t1", callId: "c1", files: [file, { ...file, path: "b.ts" }] };

test.each<{ what: string; bodies: readonly EventBody[]; row: object }>([
  {
    what: "an empty conversation",
    bodies: [begun],
    row: { title: "New conversation", status: "idle", added: 0, removed: 0, createdAt: 1_000, updatedAt: 1_000 },
  },
  {
    what: "a prompt names it by its first line",
    bodies: [begun, event.user("\n  Fix it  \nand more"), event.user("Other")],
    row: { title: "Fix it", updatedAt: 1_002 },
  },
  {
    what: "a long prompt is cut at a word",
    bodies: [begun, event.user(`${"word ".repeat(30)}`)],
    row: { title: `${"word ".repeat(16).trimEnd()}…` },
  },
  {
    what: "a name that was given stays",
    bodies: [begun, event.user("First"), { type: "conversation_renamed", title: "Mine" }, event.user("Second")],
    row: { title: "Mine" },
  },
  { what: "patches add up", bodies: [begun, patched, patched], row: { added: 8, removed: 4 } },
  { what: "a failed turn shows", bodies: [begun, event.user("P"), event.turn(), event.failed()], row: { status: "failed" } },
  {
    what: "until the next turn",
    bodies: [begun, event.user("P"), event.turn(), event.failed(), event.turn("t2")],
    row: { status: "idle" },
  },
  {
    what: "a turn that never ended (killed) is not running for ever",
    bodies: [begun, event.user("P"), event.turn(), event.request()],
    row: { status: "idle" },
  },
])("row: $what", ({ bodies, row }) => {
  expect(foldRow("c_test", logOf(...bodies))).toMatchObject({ row: { id: "c_test", ...row }, projectRoot: "/p", parentTaskId: null });
});

test("row: the conversation of a task's agent knows its task", () => {
  expect(foldRow("c_test", logOf({ ...begun, parentTaskId: "task_1" } as EventBody)).parentTaskId).toBe("task_1");
});

test("a transcript starts with the original prompt and tells what was said, called, changed and how it ended", () => {
  const text = transcriptMarkdown(
    "c_test",
    logOf(
      begun,
      event.user("Fix it", { attachments: [{ kind: "file", path: "/x/a.txt", name: "a.txt", size: 1 }] }),
      event.turn(),
      event.request(),
      event.said("Looking."),
      event.call("c1", { name: "script", input: { code: "// ```\nreturn 1;\n" } }),
      { type: "tool_started", turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "readFile", input: { path: "a" } },
      event.result("c1.1", "inner", { parentCallId: "c1", summary: "3 lines", durationMs: 1.6 }),
      event.result("c1", "outer", { name: "script" }),
      { ...patched, files: [file] } as EventBody,
      { type: "task_delivered", taskId: "task_1", title: "build", status: "failed", text: "exit 1" },
      event.failed(),
      event.ended("interrupted"),
    ),
  );
  expect(text).toBe(
    [
      "<original-user-prompt>\nFix it\n</original-user-prompt>",
      "# Fix it",
      "Project: `/p` · 1970-01-01T00:00:01.000Z",
      "## Prompt\n\nFix it\n\n- `/x/a.txt`",
      "Looking.",
      "### Script c1\n\n````ts\n// ```\nreturn 1;\n````",
      "- `readFile` c1.1: 3 lines (2 ms)",
      "```\nouter\n```",
      "**a.ts** +2 −1\n\n````diff\n-a\n+b\n+```\n````",
      "### Task: build (failed)\n\nexit 1",
      "> The turn failed (stream_cut): The answer was cut.",
      "> The turn was stopped.",
      "",
    ]
      .join("\n\n")
      .replace(/\n\n$/, "\n"),
  );
});
