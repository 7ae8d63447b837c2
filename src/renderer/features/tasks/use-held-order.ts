import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

/** Who neither moves the pointer nor presses a key for so long does not point at a row any more, ms. */
const restMs = 5_000;

/**
 * Keeps the order of a list while somebody points at it or walks through it, so that no row moves away under a click. What
 * `version` stands for (a group was folded, another list was chosen) holds at once. Returns the keys to show, of which some may be
 * gone by now, and the listeners of the list.
 */
export function useHeldOrder(keys: readonly string[], version: string) {
  const [held, setHeld] = useState(false);
  const [kept, setKept] = useState({ keys, version });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const release = () => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    setHeld(false);
  };
  const hold = () => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(release, restMs);
    setHeld(true);
  };
  if (!(held && kept.version === version) && !isSame(kept, { keys, version })) setKept({ keys, version });
  return {
    keys: held && kept.version === version ? kept.keys : keys,
    listeners: {
      onPointerMove: (event: PointerEvent) => (event.pointerType === "touch" ? undefined : hold()),
      onPointerLeave: release,
      onKeyDownCapture: (event: KeyboardEvent) => (event.key === "Tab" ? undefined : hold()),
    },
  };
}

function isSame(a: { readonly keys: readonly string[]; readonly version: string }, b: typeof a): boolean {
  return a.version === b.version && a.keys.length === b.keys.length && a.keys.every((key, index) => key === b.keys[index]);
}
