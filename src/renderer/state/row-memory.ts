import { useCallback, useState } from "react";
import { useConversation } from "./conversation.ts";

/** What a person opened and folded in the rows of the shown conversation, by conversation, row and name. */
const kept = new Map<string, unknown>();

/**
 * `useState` for a row of the thread that comes back as it was after it was scrolled out of sight: the list draws only rows that can be
 * seen, and one that comes back with another height would make the thread jump. `key` is the row's, with what is meant in it. `first`
 * is for rows that nobody touched; a window that starts anew forgets.
 */
export function useKept<T>(key: string, first: T | (() => T)): readonly [T, (next: T | ((before: T) => T)) => void] {
  const id = useConversation((state) => state.id);
  const place = `${id ?? ""} ${key}`;
  const [value, setValue] = useState<T>(() => (kept.has(place) ? (kept.get(place) as T) : first instanceof Function ? first() : first));
  const set = useCallback(
    (next: T | ((before: T) => T)) =>
      setValue((before) => {
        const chosen = next instanceof Function ? next(before) : next;
        kept.set(place, chosen);
        return chosen;
      }),
    [place],
  );
  return [value, set];
}
