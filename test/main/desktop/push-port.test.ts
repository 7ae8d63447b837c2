import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type BatchPort, createPushPort } from "../../../src/main/desktop/push-port.ts";
import type { PushBatch } from "../../../src/protocol/ipc.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page's end: what came, and a way to take it. */
function page() {
  const came: PushBatch[] = [];
  let take = (): void => undefined;
  let closed = false;
  const port: BatchPort = {
    postMessage: (batch) => void came.push(batch),
    on: (_, listener) => void (take = listener),
    start: () => undefined,
    close: () => void (closed = true),
  };
  return { came, port, take: () => take(), isClosed: () => closed };
}

const command = (id: string) => ["command", { id }] as const;
const frame = (): void => void vi.advanceTimersByTime(16);

test("pushes of one frame are one batch, in their order, those of one name together", () => {
  const pushes = createPushPort();
  const { port, came } = page();
  pushes.connect(port);
  for (const id of ["a", "b"]) pushes.push(...command(id));
  pushes.push("project", null);
  pushes.push(...command("c"));
  expect(came).toEqual([]);
  frame();
  expect(came).toEqual([
    [
      ["command", [{ id: "a" }, { id: "b" }]],
      ["project", [null]],
      ["command", [{ id: "c" }]],
    ],
  ]);
  frame();
  expect(came.length).toBe(1);
});

test("a page that takes nothing gets no more than it may have on its way; then everything, or word that it must load anew", () => {
  const pushes = createPushPort({ untaken: 2, waiting: 3, together: 1 });
  const { port, came, take } = page();
  pushes.connect(port);
  for (const id of ["a", "b", "c", "d"]) {
    pushes.push(...command(id));
    frame();
  }
  expect(came.length).toBe(2);
  take();
  expect(came[2]).toEqual([["command", [{ id: "c" }, { id: "d" }]]]);
  for (const id of ["e", "f", "g", "h", "i"]) {
    pushes.push(...command(id));
    frame();
  }
  take();
  expect(came.slice(3)).toEqual(["load anew"]);
  take();
  pushes.push(...command("j"));
  frame();
  expect(came.at(-1)).toEqual([["command", [{ id: "j" }]]]);
});

test("a page that is loaded anew gets what comes from then on; the port of the one before is closed and its answers mean nothing", () => {
  const pushes = createPushPort({ untaken: 1, waiting: 10, together: 1 });
  const old = page();
  pushes.connect(old.port);
  pushes.push(...command("a"));
  frame();
  pushes.push(...command("for the old one"));
  frame();
  const next = page();
  pushes.connect(next.port);
  expect([old.isClosed(), next.came]).toEqual([true, []]);
  old.take();
  pushes.push(...command("b"));
  frame();
  expect([old.came.length, next.came]).toEqual([1, [[["command", [{ id: "b" }]]]]]);
  pushes.close();
  expect(next.isClosed()).toBe(true);
});
