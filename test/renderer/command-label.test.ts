import { expect, test } from "vitest";
import type { CommandAction } from "../../src/protocol/command-action.ts";
import { rowsOf } from "../../src/renderer/features/conversation/rows.ts";
import { commandLabel, patchLabel } from "../../src/renderer/state/command-label.ts";
import { emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { createStory, endOf, startOf } from "./support/story.ts";

const read = (name: string): CommandAction => ({ type: "read", command: `cat ${name}`, name, path: `/p/${name}` });
const list = (path: string | null): CommandAction => ({ type: "listFiles", command: "ls", path });
const search = (query: string | null, path: string | null): CommandAction => ({ type: "search", command: "rg", query, path });

test("a command that only looks has a quiet label, any other has none", () => {
  expect([
    commandLabel([read("a.txt")]),
    commandLabel([read("a"), read("b"), read("c"), read("d")]),
    commandLabel([list("src"), list(null)]),
    commandLabel([search("a\nb", "src"), search("x", null)]),
    commandLabel([list(null), read("a")]),
    commandLabel([{ type: "unknown", command: "make" }]),
    commandLabel([]),
    commandLabel(undefined),
    patchLabel(["a.ts", "b.ts"]),
  ]).toEqual([
    { kind: "read", subject: "a.txt" },
    { kind: "read", subject: "a, b and 2 more" },
    { kind: "list", subject: "src, files" },
    { kind: "search", subject: "“a b” in src, “x”" },
    { kind: "look", subject: "files, a" },
    null,
    null,
    null,
    { kind: "patch", subject: "a.ts, b.ts" },
  ]);
});

test("the label comes with the end of the command; the raw command stays; a patch in a command is told by its card", () => {
  const story = createStory();
  const looks = { turnId: "t1", callId: "c1", name: "exec", input: { cmd: "cat a.txt | head" }, durationMs: 2, summary: "exit 0" };
  story.add(startOf(looks));
  const before = fold(emptyView, story.events).steps[0];
  story.add({ ...endOf(looks), actions: [read("a.txt")] } as Parameters<typeof story.add>[0]);
  const patches = { ...looks, callId: "c2", input: { cmd: "apply_patch <<'EOF'…" }, result: { exitCode: 0, files: [{ path: "h.txt" }] } };
  story.add(startOf(patches));
  story.add({ type: "patch_applied", turnId: "t1", callId: "c2", files: [] });
  story.add(endOf(patches));
  const { steps } = fold(emptyView, story.events);
  expect([before, ...steps].map((step) => (step?.kind === "call" ? [step.call.label, step.call.subject] : step?.kind))).toEqual([
    [null, "cat a.txt | head"],
    [{ kind: "read", subject: "a.txt" }, "cat a.txt | head"],
    [{ kind: "patch", subject: "h.txt" }, "apply_patch <<'EOF'…"],
    "patch",
  ]);
  expect(rowsOf(steps).map((row) => row.kind)).toEqual(["call", "patch"]);
});
