import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSharedWalk } from "../../../src/main/sandbox/shared-walk.ts";
import { socketsBelow } from "../../../src/main/sandbox/socket-walk.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

/** A walk that the test ends itself. */
function countedWalk() {
  const walks: { readonly signal: AbortSignal; end(files: readonly string[]): void }[] = [];
  const shared = createSharedWalk(
    (_, signal) =>
      new Promise((resolve, reject) => {
        walks.push({ signal, end: resolve });
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  );
  return { walks, shared };
}

test("commands of one moment share a walk, those that come while it runs share the next", async () => {
  const { walks, shared } = countedWalk();
  const first = [1, 2, 3].map(() => shared(["/a"]));
  await setTimeout(20);
  expect(walks.length).toBe(1);
  const second = [1, 2, 3].map(() => shared(["/a"]));
  const other = shared(["/b"]);
  await setTimeout(20);
  // Another folder does not wait.
  expect(walks.length).toBe(2);
  walks[1]?.end(["b"]);
  walks[0]?.end(["old"]);
  expect(await Promise.all(first)).toEqual(Array(3).fill(["old"]));
  await setTimeout(20);
  expect(walks.length).toBe(3);
  walks[2]?.end(["new"]);
  expect([await Promise.all(second), await other]).toEqual([Array(3).fill(["new"]), ["b"]]);
});

test("a walk ends when all who wait for it have gone; one who goes does not wait for it", async () => {
  const { walks, shared } = countedWalk();
  const gone = [new AbortController(), new AbortController()] as const;
  const waits = gone.map(({ signal }) => shared(["/a"], signal).catch((error: unknown) => (error as Error).message));
  await setTimeout(20);
  gone[0].abort(new Error("first"));
  expect([await waits[0], walks[0]?.signal.aborted]).toEqual(["first", false]);
  gone[1].abort(new Error("second"));
  expect([await waits[1], walks[0]?.signal.aborted]).toEqual(["second", true]);
  // Who comes then gets a walk of their own.
  const late = shared(["/a"]);
  await setTimeout(20);
  walks[1]?.end(["late"]);
  expect(await late).toEqual(["late"]);
});

test("a search for sockets ends in the middle", async () => {
  const root = tempFolder();
  for (let i = 0; i < 200; i++) mkdirSync(path.join(root, `f${i}`));
  const stop = new AbortController();
  const search = socketsBelow([root], { signal: stop.signal });
  stop.abort(new Error("stopped"));
  await expect(search).rejects.toThrow("stopped");
});
