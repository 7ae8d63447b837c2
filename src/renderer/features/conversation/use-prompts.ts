import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { UserStep } from "../../state/conversation-view.ts";
import { usePromptSteps } from "../../state/prompt-steps.ts";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import { nextPrompt } from "./next-prompt.ts";
import type { Row } from "./rows.ts";

/** px above a prompt that is gone to; less than what counts as a row in sight. */
const breath = 6;

/**
 * The prompts of a thread: `pinned` is the one whose turn is read while it is itself above the edge; `onTop` takes the
 * first row that is in sight. Goes from prompt to prompt when a command asks for it.
 */
export function usePrompts(rows: readonly Row[], list: RefObject<VirtualListHandle | null>) {
  const [pinnedKey, setPinnedKey] = useState<string | null>(null);
  const latest = useRef(rows);
  useEffect(() => {
    latest.current = rows;
  }, [rows]);
  const top = useRef(0);
  const onTop = useCallback((index: number) => {
    const all = latest.current;
    top.current = index;
    const at = all.findLastIndex((row, place) => place <= index && isPrompt(row));
    setPinnedKey(at === -1 || at === index ? null : (all[at]?.key ?? null));
  }, []);
  const go = useCallback(
    (key: string) => {
      const at = latest.current.findIndex((row) => row.key === key);
      if (at >= 0) list.current?.toIndex(at, breath);
    },
    [list],
  );
  /** Where the last step led, and which prompt was the newest then. */
  const stepped = useRef<{ readonly key: string; readonly newest: string } | null>(null);
  useEffect(
    () =>
      usePromptSteps.subscribe(({ step }) => {
        const box = list.current?.element();
        if (step === null || list.current === null || box === null || box === undefined) return;
        const all = latest.current;
        const prompts = all.flatMap((row, index) => (isPrompt(row) ? [index] : []));
        const newest = all[prompts.at(-1) ?? -1]?.key ?? "";
        const at = stepped.current?.newest === newest ? all.findIndex((row) => row.key === stepped.current?.key) : -1;
        const place = list.current.placeOf(at);
        const next = nextPrompt(prompts, step.by, {
          stepped: place !== null && place.end > 0 && place.start < box.clientHeight ? at : null,
          top: top.current,
          isTopCut: (list.current.placeOf(top.current)?.start ?? 0) < -8,
          atEnd: box.scrollHeight - box.scrollTop - box.clientHeight <= 60,
        });
        if (next === "stay") return;
        const key = next === "end" ? undefined : all[next]?.key;
        stepped.current = key === undefined ? null : { key, newest };
        if (next === "end") list.current.toEnd();
        else list.current.toIndex(next, breath);
      }),
    [list],
  );
  const found = pinnedKey === null ? undefined : rows.findLast((row) => row.key === pinnedKey);
  return { pinned: found !== undefined && isPrompt(found) ? found : null, onTop, go };
}

function isPrompt(row: Row): row is UserStep {
  return row.kind === "user" && row.source === "user";
}
