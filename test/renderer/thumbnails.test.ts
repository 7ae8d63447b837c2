import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createThumbnailShelf } from "../../src/renderer/state/thumbnail-shelf.ts";

function lab() {
  const made: string[] = [];
  const errors: unknown[] = [];
  const state = { urls: new Map() as ReadonlyMap<string, string | null>, time: 0, broken: false };
  const shelf = createThumbnailShelf({
    make(path) {
      made.push(path);
      return state.broken ? Promise.reject(new Error("gone")) : Promise.resolve(`${path} at ${state.time}`);
    },
    now: () => state.time,
    onChange: (urls) => (state.urls = urls),
    onError: (error) => errors.push(error),
  });
  const want = async (path: string) => {
    shelf.want(path);
    await sleep(0);
  };
  return { made, errors, state, want };
}

test("a view that went because there were too many is made again when it is wanted", async () => {
  const { made, state, want } = lab();
  for (let index = 0; index < 201; index++) await want(`p${index}`);
  expect([state.urls.size, state.urls.has("p0")]).toEqual([200, false]);
  await want("p0");
  expect(state.urls.get("p0")).toBe("p0 at 0");
  expect(made.filter((path) => path === "p0")).toHaveLength(2);
  // What is in sight again and again is not the one that goes.
  await want("p2");
  await want("new");
  expect([state.urls.has("p2"), state.urls.has("p3")]).toEqual([true, false]);
});

test("one that could not be made is tried again, and said once", async () => {
  const { errors, state, want } = lab();
  state.broken = true;
  await want("a");
  await want("a");
  expect(errors).toHaveLength(1);
  state.broken = false;
  await want("a");
  expect(state.urls.get("a")).toBe("a at 0");
});

test("a picture that changed gets a new view once the old one has aged; until then nothing is read", async () => {
  const { made, state, want } = lab();
  await want("a");
  state.time = 5_000;
  await want("a");
  expect(made).toHaveLength(1);
  state.time = 30_000;
  await want("a");
  expect(state.urls.get("a")).toBe("a at 30000");
});
