import type { PersistStorage, StorageValue } from "zustand/middleware";

/** localStorage is written at most this often (ms): it blocks. */
const writeEveryMs = 400;

/**
 * The storage of a store that changes with every key: made into text and written late and once; what waits is written when the page
 * goes away. Undefined where there is no localStorage: the store then remembers nothing.
 */
export function lazyStorage<S>(): PersistStorage<S> | undefined {
  if (typeof localStorage === "undefined") return undefined;
  const disk = localStorage;
  const waiting = new Map<string, StorageValue<S>>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const [key, value] of waiting) disk.setItem(key, JSON.stringify(value));
    waiting.clear();
  };
  window.addEventListener("pagehide", flush);
  return {
    getItem(key) {
      const text = disk.getItem(key);
      return waiting.get(key) ?? (text === null ? null : (JSON.parse(text) as StorageValue<S>));
    },
    setItem(key, value) {
      waiting.set(key, value);
      timer ??= setTimeout(flush, writeEveryMs);
    },
    removeItem(key) {
      waiting.delete(key);
      disk.removeItem(key);
    },
  };
}
