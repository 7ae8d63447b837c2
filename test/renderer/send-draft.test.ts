import { beforeEach, expect, test, vi } from "vitest";
import type { AppState } from "../../src/protocol/ipc.ts";

interface Waiting {
  readonly name: string;
  answer(value: unknown): void;
  fail(message: string): void;
}
const asked: Waiting[] = [];

vi.mock("../../src/renderer/lib/api.ts", () => ({
  call: (name: string) => new Promise((answer, reject) => asked.push({ name, answer, fail: (message) => reject(new Error(message)) })),
  on: () => () => undefined,
  asErrorData: (error: Error) => ({ code: "internal", message: error.message }),
}));
const none = () => undefined;
vi.stubGlobal("localStorage", { getItem: () => null, setItem: none, removeItem: none });
vi.stubGlobal("window", { addEventListener: none, removeEventListener: none, innerWidth: 1680 });

const { useApp } = await import("../../src/renderer/state/app.ts");
const { useConversations } = await import("../../src/renderer/state/conversations.ts");
const { changeDraft, draftKey, useDrafts } = await import("../../src/renderer/state/drafts.ts");
const { sendDraft, useSending } = await import("../../src/renderer/features/composer/send-draft.ts");

const open = (root: string, selectedId: string | null) => {
  useApp.setState({ app: { project: { root } } as AppState });
  useConversations.setState({ selectedId });
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const asks = (name: string) => asked.filter((each) => each.name === name);
const texts = () => Object.fromEntries(Object.entries(useDrafts.getState().drafts).map(([key, { text }]) => [key, text]));
const failed: (readonly [string, string])[] = [];
const onFail = (error: unknown, at: string) => void failed.push([(error as Error).message, at]);

beforeEach(() => {
  asked.length = failed.length = 0;
  useDrafts.setState({ drafts: {} });
  open("/a", null);
});

test("a first prompt that fails stays with its project, whatever is open by then", async () => {
  changeDraft(null, { text: "for a" });
  const keyOfA = draftKey(null);
  const sent = sendDraft(null, onFail);
  await settle();
  open("/b", "b1");
  asks("conversations.create")[0]?.fail("offline");
  await sent;
  expect([texts(), failed]).toEqual([{ [keyOfA]: "for a" }, [["offline", keyOfA]]]);
});

test("once its conversation is made the prompt and what is typed since go there, not into the one that is shown", async () => {
  changeDraft(null, { text: "for a" });
  const sent = sendDraft(null, onFail);
  await settle();
  open("/b", "b1");
  asks("conversations.create")[0]?.answer({ id: "a1", updatedAt: 1 });
  await settle();
  asks("conversations.send")[0]?.fail("busy");
  await sent;
  expect([texts(), failed]).toEqual([{ a1: "for a" }, [["busy", "a1"]]]);
});

test("while one conversation sends another one can; the same one cannot", async () => {
  changeDraft("c1", { text: "one" });
  changeDraft("c2", { text: "two" });
  const first = sendDraft("c1", onFail);
  void sendDraft("c1", onFail);
  const second = sendDraft("c2", onFail);
  await settle();
  expect([asks("conversations.send").length, [...useSending.getState().keys]]).toEqual([2, ["c1", "c2"]]);
  changeDraft("c2", { text: "two, and more" });
  for (const each of asks("conversations.send")) each.answer(null);
  await Promise.all([first, second]);
  expect([texts(), useSending.getState().keys.size, failed]).toEqual([{ c2: ", and more" }, 0, []]);
});
