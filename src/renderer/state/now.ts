import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

/** The time, for rows that tick: one timer for all of them, none when nobody looks. Coarse: about every 250 ms when `active`. */
export function useNow(active = true): number {
  return useSyncExternalStore(active ? subscribe : ignore, read);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function ignore(): () => void {
  return () => {};
}

function read(): number {
  // Without a timer the value may be old; a fresh one is taken at most every 250 ms so that renders stay stable.
  if (timer === null && Date.now() - now > 250) now = Date.now();
  return now;
}
