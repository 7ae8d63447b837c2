import { useCallback, useState } from "react";
import { useConversation } from "./conversation.ts";
import { keepAt, keptAt, rowPlace } from "./kept-rows.ts";

/**
 * `useState` for a row of the thread that comes back as it was after it was scrolled out of sight: the list draws only rows that can be
 * seen, and one that comes back with another height would make the thread jump. `key` is the row's, with what is meant in it. `first`
 * is for rows that nobody touched, or that were out of sight for long; a window that starts anew forgets.
 */
export function useKept<T>(key: string, first: T | (() => T)): readonly [T, (next: T | ((before: T) => T)) => void] {
  const id = useConversation((state) => state.id);
  const place = rowPlace(id, key);
  const [value, setValue] = useState<T>(() => {
    const before = keptAt(place);
    if (before !== null) return before.value as T;
    return first instanceof Function ? first() : first;
  });
  const set = useCallback(
    (next: T | ((before: T) => T)) =>
      setValue((before) => {
        const chosen = next instanceof Function ? next(before) : next;
        keepAt(place, chosen);
        return chosen;
      }),
    [place],
  );
  return [value, set];
}
