import { afterEach, expect, test, vi } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { portChannel } from "../../src/protocol/channels.ts";
import { followConversation, reloadConversation, useConversation } from "../../src/renderer/state/conversation.ts";
import type { AppState } from "../../src/protocol/ipc.ts";
import { useApp } from "../../src/renderer/state/app.ts";
import { loadConversations, selectConversation, useConversations } from "../../src/renderer/state/conversations.ts";
import { readLogs } from "../../src/renderer/state/log-rings.ts";
import { useNotices } from "../../src/renderer/state/notices.ts";
import { stepVisited, useVisited } from "../../src/renderer/state/visited.ts";
import { createStory } from "./support/story.ts";

afterEach(() => vi.unstubAllGlobals());

test("an answer for a conversation that was left and is shown again does not count twice", async () => {
  const main = stubMain();
  const stop = followConversation();
  selectConversation("a");
  selectConversation("b");
  selectConversation("a");
  await vi.waitFor(() => expect(main.waiting.map(({ id }) => id)).toEqual(["a", "b", "a"]));
  const story = createStory("a");
  story.add({ type: "user_message", turnId: "t1", text: "Go", attachments: [], source: "user" });
  story.add({ type: "tool_output", callId: "c1", stream: "stdout", text: "one line\n" });
  // The newest question is answered first, the others late.
  for (const { id, answer } of main.waiting.toReversed()) answer(id === "a" ? story.events : []);
  await vi.waitFor(() => expect(useConversation.getState()).toMatchObject({ id: "a", status: "ready" }));
  await new Promise((resolve) => setTimeout(resolve));
  expect(readLogs("c1").lines.map(({ text }) => text)).toEqual(["one line", ""]);
  expect(useConversation.getState().view.steps).toHaveLength(1);
  stop();
});

test("a conversation that could not be read is read again: it stays chosen, and the way forward stays", async () => {
  const main = stubMain();
  useConversations.setState({ selectedId: null });
  const stop = followConversation();
  for (const id of ["a", "b", "c"]) selectConversation(id);
  stepVisited("back");
  const ways = useVisited.getState();
  expect(ways.forward).toEqual(["c"]);
  await vi.waitFor(() => expect(main.waiting).toHaveLength(4));
  main.waiting[3]?.fail();
  await vi.waitFor(() => expect(useConversation.getState().status).toBe("failed"));
  reloadConversation();
  expect(useConversation.getState()).toMatchObject({ id: "b", status: "loading" });
  await vi.waitFor(() => expect(main.waiting).toHaveLength(5));
  main.waiting[4]?.answer([]);
  await vi.waitFor(() => expect(useConversation.getState().status).toBe("ready"));
  expect([useConversations.getState().selectedId, useVisited.getState()]).toEqual(["b", ways]);
  stop();
});

test("another project's conversations go at once; the list that was asked for last holds", async () => {
  const main = stubMain();
  const open = (root: string) => useApp.setState({ app: { project: { root } } as AppState });
  const list = (id: string) => [{ id, title: id, updatedAt: 0 }];
  const state = () => useConversations.getState();
  open("/a");
  const first = loadConversations();
  await vi.waitFor(() => expect(main.lists).toHaveLength(1));
  main.lists[0]?.(list("of a"));
  await first;
  expect(state().selectedId).toBe("of a");
  open("/b");
  const second = loadConversations();
  expect(state()).toMatchObject({ rows: [], selectedId: null, status: "loading" });
  open("/c");
  const third = loadConversations();
  await vi.waitFor(() => expect(main.lists).toHaveLength(3));
  main.lists[2]?.(list("of c"));
  main.lists[1]?.(list("of b"));
  await Promise.all([second, third]);
  expect(state()).toMatchObject({ rows: list("of c"), selectedId: "of c", status: "ready" });
});

test("a conversation that could not be shown is told", async () => {
  stubMain();
  selectConversation("gone");
  await vi.waitFor(() => expect(useNotices.getState().notices.at(-1)?.error.message).toBe("There is no such conversation."));
});

/** The page's side of main: questions for events wait until the test answers them. */
function stubMain() {
  const waiting: { readonly id: string; readonly answer: (events: readonly SpindleEvent[]) => void; readonly fail: () => void }[] = [];
  const lists: ((rows: readonly object[]) => void)[] = [];
  const page = new EventTarget();
  const spindle = {
    connect() {
      const { port1 } = new MessageChannel();
      const message = new Event("message");
      page.dispatchEvent(Object.assign(message, { source: page, data: portChannel, ports: [port1] }));
      port1.close();
    },
    call(name: string, input: { readonly id: string }) {
      if (name === "conversations.list")
        return new Promise((resolve) => {
          lists.push((value) => resolve({ ok: true, value }));
        });
      if (input.id === "gone")
        return Promise.resolve({ ok: false, error: { code: "not_found", message: "There is no such conversation." } });
      if (name !== "conversations.events") return Promise.resolve({ ok: true, value: null });
      return new Promise((resolve) => {
        waiting.push({
          id: input.id,
          answer: (events) => resolve({ ok: true, value: { events, more: false } }),
          fail: () => resolve({ ok: false, error: { code: "internal", message: "It could not be read." } }),
        });
      });
    },
  };
  vi.stubGlobal("window", Object.assign(page, { spindle }));
  return { waiting, lists };
}
