import { beforeEach, expect, test, vi } from "vitest";
import type { AppState, ConversationRow, ConversationsPush } from "../../src/protocol/ipc.ts";
import { taskRow } from "./support/story.ts";

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
  const localStorage = { getItem: () => null, setItem: none, removeItem: none };
  vi.stubGlobal("localStorage", localStorage);
  vi.stubGlobal("window", { addEventListener: none, removeEventListener: none, innerWidth: 1680, localStorage });
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run));
  vi.stubGlobal("cancelAnimationFrame", (timer: ReturnType<typeof setTimeout>) => clearTimeout(timer));
  const { useApp } = await import("../../src/renderer/state/app.ts");
  const conversations = await import("../../src/renderer/state/conversations.ts");
  conversations.followConversations();
  const tasks = await import("../../src/renderer/state/tasks.ts");
  tasks.followTasks();
  const open = (root: string) => useApp.setState({ app: { project: { root } } as unknown as AppState });
  return { ...conversations, ...tasks, open };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const taskLists = () => asked.filter(({ name }) => name === "tasks.list");
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

test("with another project its tasks go at once, and neither an older answer nor an older failure comes back", async () => {
  const { open, loadTasks, setTaskScope, useTasks } = await fresh();
  const shown = () => {
    const { status, error, rows } = useTasks.getState();
    return [status, error?.message ?? null, rows.map(({ taskId }) => taskId).join(" ")];
  };
  open("/a");
  void loadTasks();
  taskLists()[0]?.answer([taskRow({ taskId: "a1" })]);
  await settle();
  expect(shown()).toEqual(["ready", null, "a1"]);

  void loadTasks();
  open("/b");
  expect(shown()).toEqual(["loading", null, ""]);
  void loadTasks();
  taskLists()[2]?.answer([taskRow({ taskId: "b1" })]);
  await settle();
  taskLists()[1]?.answer([taskRow({ taskId: "a1" })]);
  await settle();
  expect(shown()).toEqual(["ready", null, "b1"]);

  void setTaskScope("all");
  void setTaskScope("project");
  taskLists()[4]?.answer([taskRow({ taskId: "b2" })]);
  await settle();
  taskLists()[3]?.fail("gone");
  await settle();
  expect(shown()).toEqual(["ready", null, "b2"]);
  open("/c");
  void loadTasks();
  taskLists()[5]?.fail("gone");
  await settle();
  expect(shown()).toEqual(["failed", "gone", ""]);
});
