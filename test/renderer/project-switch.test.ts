import { beforeEach, expect, test, vi } from "vitest";
import type { AppState, ConversationRow, ConversationsPush } from "../../src/protocol/ipc.ts";

interface Waiting {
  readonly name: string;
  answer(value: unknown): void;
  fail(message: string): void;
}
const asked: Waiting[] = [];
const pushed = new Map<string, (value: unknown) => void>();

vi.mock("../../src/renderer/lib/api.ts", () => ({
  call: (name: string) => new Promise((answer, reject) => asked.push({ name, answer, fail: (message) => reject(new Error(message)) })),
  on: (name: string, listener: (value: unknown) => void) => {
    pushed.set(name, listener);
    return () => pushed.delete(name);
  },
  asErrorData: (error: Error) => ({ code: "internal", message: error.message }),
}));

const row = (id: string, updatedAt = 1): ConversationRow => ({
  id,
  title: id,
  createdAt: 1,
  updatedAt,
  status: "idle",
  unread: false,
  added: 0,
  removed: 0,
});

async function fresh() {
  vi.resetModules();
  asked.length = 0;
  const none = () => undefined;
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: none, removeItem: none });
  vi.stubGlobal("window", { addEventListener: none, removeEventListener: none, innerWidth: 1680 });
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run));
  vi.stubGlobal("cancelAnimationFrame", (timer: ReturnType<typeof setTimeout>) => clearTimeout(timer));
  const { useApp } = await import("../../src/renderer/state/app.ts");
  const conversations = await import("../../src/renderer/state/conversations.ts");
  conversations.followConversations();
  const open = (root: string) => useApp.setState({ app: { project: { root } } as unknown as AppState });
  return { ...conversations, open };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const lists = () => asked.filter(({ name }) => name === "conversations.list");
const push = (value: ConversationsPush) => pushed.get("conversations")?.(value);

beforeEach(() => vi.unstubAllGlobals());

test("with another project rows and selection go at once, and an older answer never wins", async () => {
  const { open, loadConversations, useConversations } = await fresh();
  const shown = () => {
    const { status, rows, selectedId } = useConversations.getState();
    return [status, rows.map(({ id }) => id).join(" "), selectedId];
  };
  open("/a");
  void loadConversations();
  lists()[0]?.answer([row("a1"), row("a2", 2)]);
  await settle();
  expect(shown()).toEqual(["ready", "a2 a1", "a2"]);

  open("/b");
  expect(shown()).toEqual(["loading", "", null]);
  void loadConversations();
  open("/c");
  void loadConversations();
  lists()[2]?.answer([row("c1")]);
  await settle();
  lists()[1]?.answer([row("b1")]);
  await settle();
  expect(shown()).toEqual(["ready", "c1", "c1"]);

  open("/d");
  void loadConversations();
  open("/c");
  void loadConversations();
  lists()[4]?.answer([row("c1")]);
  lists()[3]?.fail("gone");
  await settle();
  expect(shown()).toEqual(["ready", "c1", "c1"]);
});

test("rows of another project that come late are not listed, nor is a conversation that was made before the change", async () => {
  const { open, loadConversations, createConversation, useConversations } = await fresh();
  open("/a");
  void loadConversations();
  lists()[0]?.answer([]);
  await settle();
  const made = createConversation();
  push({ projectRoot: "/a", rows: [row("a1")] });
  open("/b");
  void loadConversations();
  lists()[1]?.answer([row("b1")]);
  asked.find(({ name }) => name === "conversations.create")?.answer(row("a2"));
  expect((await made).id).toBe("a2");
  await settle();
  push({ projectRoot: "/b", rows: [row("b2", 2)] });
  await settle();
  expect(useConversations.getState()).toMatchObject({ selectedId: "b1", rows: [{ id: "b2" }, { id: "b1" }] });
});

test("a conversation of no list that is shown with its project stays shown", async () => {
  const { open, loadConversations, showUnlisted, useConversations } = await fresh();
  open("/a");
  showUnlisted("agent1", "/a");
  void loadConversations();
  lists()[0]?.answer([row("a1")]);
  await settle();
  expect(useConversations.getState().selectedId).toBe("agent1");
});
