import { afterEach, beforeEach, expect, test } from "vitest";
import type { Attachment } from "../../src/protocol/attachment.ts";
import type { AppState } from "../../src/protocol/ipc.ts";
import { recallFrom } from "../../src/renderer/features/composer/recall.ts";
import { useApp } from "../../src/renderer/state/app.ts";
import {
  adoptEarlyDraft,
  attach,
  changeDraft,
  draftKey,
  draftOf,
  dropSent,
  moveDraft,
  useDrafts,
} from "../../src/renderer/state/drafts.ts";

const file = (path: string): Attachment => ({ path, name: path, kind: "file", size: 1 });
const draft = (id: string | null) => draftOf(useDrafts.getState().drafts, id);
const open = (root: string) => useApp.setState({ app: { project: { root } } as AppState });

beforeEach(() => open("/a"));
afterEach(() => {
  useDrafts.setState({ drafts: {} });
  useApp.setState({ app: null });
});

test("what was sent goes, what was typed and attached meanwhile stays", () => {
  changeDraft("c1", { text: "Fix it", attachments: [file("one")] });
  const sent = draft("c1");
  changeDraft("c1", { text: "Fix it, and the other" });
  attach("c1", [file("two")]);
  dropSent("c1", sent);
  expect(draft("c1")).toEqual({ text: ", and the other", attachments: [file("two")] });
  changeDraft("c1", { text: "Something else" });
  dropSent("c1", sent);
  expect(draft("c1").text).toBe("Something else");
});

test("a draft that moves stands in front of what is there already", () => {
  changeDraft(null, { text: "first", attachments: [file("one")] });
  changeDraft("c1", { text: "second", attachments: [file("one"), file("two")] });
  moveDraft(draftKey(null), "c1", "\n");
  expect([draft(null), draft("c1")]).toEqual([
    { text: "", attachments: [] },
    { text: "first\nsecond", attachments: [file("one"), file("two")] },
  ]);
});

test("each project has a draft of its next conversation; what was typed before one was known ends up behind it", () => {
  changeDraft(null, { text: "in a" });
  open("/b");
  expect(draft(null).text).toBe("");
  changeDraft(null, { text: "in b" });
  useApp.setState({ app: null });
  changeDraft(null, { text: ", early" });
  open("/a");
  adoptEarlyDraft();
  expect(draft(null).text).toBe("in a, early");
  open("/b");
  expect(draft(null).text).toBe("in b");
});

test("Up and Down pass prompts that were sent more than once", () => {
  const prompts = ["start", "fix it", "continue", "continue"];
  const walk = (direction: "older" | "newer", from: string) => recallFrom(prompts, direction, from);
  expect([walk("older", ""), walk("older", "continue"), walk("older", "fix it"), walk("older", "start")]).toEqual([
    "continue",
    "fix it",
    "start",
    undefined,
  ]);
  expect([walk("newer", "start"), walk("newer", "continue"), walk("newer", "typed")]).toEqual(["fix it", "", undefined]);
});
