import { type RefObject, useEffect, useRef } from "react";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import type { Match } from "./find-matches.ts";
import { drawnPlace } from "./find-place.ts";
import { clearHighlights, highlight, placesOf } from "./find-ranges.ts";

/** Frames in which a jump may still have to be corrected: rows are measured when they are drawn. */
const settleFrames = 12;

/** Room that is left above a row which is gone to: the pinned prompt lies there. */
const clear = 44;

/** Goes to the current match and marks all matches in the rows that are drawn, as they come and go. `told`: all that the row of the match says, in lower case. */
export function useFindHighlights(list: RefObject<VirtualListHandle | null>, query: string, match: Match | null, told: string): void {
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  }, [told]);
  const row = match?.row ?? null;
  const at = match?.at ?? 0;
  useEffect(() => {
    const element = list.current?.element() ?? null;
    const wanted = query.toLowerCase();
    if (element === null || wanted === "") return clearHighlights;
    let frame = 0;
    let left = row === null ? 0 : settleFrames;
    const mark = () => {
      frame = 0;
      const rows = [...element.querySelectorAll("[data-index]")];
      let now: Range | null = null;
      const ranges = rows.flatMap((each) => {
        const { text, starts, ranges: found } = placesOf(each, wanted);
        if (each.getAttribute("data-index") === String(row))
          now = found[drawnPlace({ told: latest.current, query: wanted, at }, text, starts)] ?? null;
        return found;
      });
      highlight(ranges, now);
      if (left > 0) {
        left--;
        bringIntoView(element, now);
        schedule();
      }
    };
    const schedule = () => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    if (row !== null) list.current?.toIndex(row, clear);
    const observer = new MutationObserver(schedule);
    observer.observe(element, { childList: true, subtree: true, characterData: true });
    // A person who scrolls is not pulled back.
    const stop = () => (left = 0);
    element.addEventListener("wheel", stop, { passive: true });
    schedule();
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener("wheel", stop);
      clearHighlights();
    };
  }, [list, query, row, at]);
}

function bringIntoView(element: HTMLElement, range: Range | null): void {
  if (range === null) return;
  const box = element.getBoundingClientRect();
  const place = range.getBoundingClientRect();
  if (place.height === 0) return;
  // Below the bar and the pinned prompt, above the edge.
  if (place.top < box.top + 90 || place.bottom > box.bottom - 40) element.scrollTop += place.top - box.top - box.height / 3;
}
