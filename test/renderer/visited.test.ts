import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AppState, ConversationRow } from "../../src/protocol/ipc.ts";
import { useApp } from "../../src/renderer/state/app.ts";
import { selectConversation, useConversations } from "../../src/renderer/state/conversations.ts";
import { canStep, followVisited, stepVisited, useVisited } from "../../src/renderer/state/visited.ts";

const rows = (...ids: readonly string[]) => ids.map((id) => ({ id, title: id, updatedAt: 0 }) as ConversationRow);
const open = (root: string) => useApp.setState({ app: { project: { root } } as AppState });
const shown = () => useConversations.getState().selectedId;
let stop = () => {};

beforeEach(() => {
  // Main is told what is shown; nobody answers here.
  vi.stubGlobal("window", Object.assign(new EventTarget(), { spindle: { connect: () => undefined } }));
  open("/a");
  useConversations.setState({ rows: rows("a", "b", "c"), selectedId: null });
  stop = followVisited();
  for (const id of ["a", "b", "c"]) selectConversation(id);
});
afterEach(() => {
  stop();
  useVisited.setState({ back: [], forward: [] });
  vi.unstubAllGlobals();
});

test("goes back and forward; a choice ends the way forward", () => {
  stepVisited("back");
  stepVisited("back");
  stepVisited("back");
  expect([shown(), canStep("back"), useVisited.getState().forward]).toEqual(["a", false, ["c", "b"]]);
  stepVisited("forward");
  expect([shown(), useVisited.getState()]).toEqual(["b", { back: ["a"], forward: ["c"] }]);
  selectConversation("a");
  expect([canStep("forward"), useVisited.getState().back]).toEqual([false, ["a", "b"]]);
});

test("an empty conversation is no place: back from it leads to where one was", () => {
  selectConversation(null);
  stepVisited("back");
  expect([shown(), useVisited.getState()]).toEqual(["c", { back: ["a", "b"], forward: [] }]);
});

test("reading a conversation anew is no step", () => {
  useConversations.setState({ selectedId: null });
  useConversations.setState({ selectedId: "c" });
  expect(useVisited.getState().back).toEqual(["a", "b"]);
});

test("deleted conversations and those of another project are left out; an agent's, which no list has, stays", () => {
  selectConversation("agent");
  selectConversation("a");
  useConversations.setState({ rows: rows("a", "c") });
  expect(useVisited.getState().back).toEqual(["a", "c", "agent"]);
  open("/b");
  expect(canStep("back")).toBe(false);
  selectConversation("of b");
  expect(canStep("back")).toBe(false);
});
