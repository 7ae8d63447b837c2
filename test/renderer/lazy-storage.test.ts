import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lazyStorage } from "../../src/renderer/state/lazy-storage.ts";

const written: string[] = [];
const disk = new Map<string, string>();
const page = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  written.length = 0;
  disk.clear();
  vi.stubGlobal("window", page);
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => disk.get(key) ?? null,
    setItem: (key: string, text: string) => {
      written.push(text);
      disk.set(key, text);
    },
    removeItem: (key: string) => void disk.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const value = (n: number) => ({ state: { n }, version: 1 });

test("many changes are written once, and read before they are", () => {
  const storage = lazyStorage<{ n: number }>();
  for (let n = 1; n <= 100; n++) storage?.setItem("a", value(n));
  expect([written.length, storage?.getItem("a")]).toEqual([0, value(100)]);
  vi.advanceTimersByTime(500);
  expect([written, storage?.getItem("a")]).toEqual([[JSON.stringify(value(100))], value(100)]);
});

test("what waits is written when the page goes away; what was removed is not", () => {
  const storage = lazyStorage<{ n: number }>();
  storage?.setItem("a", value(1));
  storage?.setItem("b", value(2));
  storage?.removeItem("b");
  page.dispatchEvent(new Event("pagehide"));
  vi.advanceTimersByTime(500);
  expect([written.length, disk.get("a"), storage?.getItem("b")]).toEqual([1, JSON.stringify(value(1)), null]);
});
