import { expect, test } from "vitest";
import { createPathIndex } from "../../../src/renderer/features/composer/path-index.ts";
import { createPathSearch } from "../../../src/renderer/features/composer/path-search.ts";
import type { PathRequest } from "../../../src/renderer/features/composer/path.worker.ts";

/** A worker in this process that does what path.worker.ts does, until it is told to die of the next question. */
function lab() {
  let mortal = 0;
  let started = 0;
  const lists: (string | null)[] = [];
  const startWorker = () => {
    started++;
    let index = createPathIndex("");
    const worker = Object.assign(new EventTarget(), {
      postMessage(request: PathRequest) {
        if (request.type === "paths") index = createPathIndex(request.text);
        else
          setTimeout(() => {
            if (mortal > 0 && mortal-- > 0) worker.dispatchEvent(new Event("error"));
            else
              worker.dispatchEvent(
                new MessageEvent("message", { data: { id: request.id, found: index.search(request.query, request.limit) } }),
              );
          });
      },
      terminate: () => undefined,
    });
    return worker as unknown as Worker;
  };
  const search = createPathSearch({
    startWorker,
    list(known) {
      lists.push(known);
      return Promise.resolve({ stamp: "one", text: known === "one" ? null : "src/apple.ts\0src/pear.ts", complete: true });
    },
  });
  const find = async (query: string) => (await search.find(query, 5))?.map(({ path }) => path) ?? null;
  return { search, find, lists, started: () => started, kill: (times: number) => (mortal = times) };
}

test("a worker that dies is replaced by one that knows the list, and the question is answered", async () => {
  const { search, find, lists, started, kill } = lab();
  await search.refresh();
  expect(await find("apple")).toEqual(["src/apple.ts"]);
  kill(1);
  expect(await find("pear")).toEqual(["src/pear.ts"]);
  expect({ started: started(), lists }).toEqual({ started: 2, lists: [null, null] });
  expect(await find("apple")).toEqual(["src/apple.ts"]);
});

test("one that dies again leaves the question without an answer; the next one is asked anew", async () => {
  const { search, find, started, kill } = lab();
  await search.refresh();
  kill(2);
  const [first, second] = await Promise.all([find("a"), find("apple")]);
  expect([first, second]).toEqual([null, null]);
  expect(started()).toBe(2);
  await search.refresh();
  expect(await find("pear")).toEqual(["src/pear.ts"]);
  expect(started()).toBe(3);
});
