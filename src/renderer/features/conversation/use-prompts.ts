import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { UserStep } from "../../state/conversation-view.ts";
import { usePromptSteps } from "../../state/prompt-steps.ts";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import type { Row } from "./rows.ts";

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
  const onTop = useCallback((index: number) => {
    const all = latest.current;
    const at = all.findLastIndex((row, place) => place <= index && isPrompt(row));
    setPinnedKey(at === -1 || at === index ? null : (all[at]?.key ?? null));
  }, []);
  const go = useCallback(
    (key: string) => {
      const at = latest.current.findIndex((row) => row.key === key);
      if (at >= 0) list.current?.toIndex(at);
    },
    [list],
  );
  const at = useRef<number | null>(null);
  useEffect(
    () =>
      usePromptSteps.subscribe(({ step }) => {
        if (step === null) return;
        const all = latest.current;
        const prompts = all.flatMap((row, index) => (isPrompt(row) ? [index] : []));
        const from = at.current ?? all.length;
        const next = step.by < 0 ? prompts.findLast((index) => index < from) : prompts.find((index) => index > from);
        at.current = next ?? (step.by < 0 ? from : null);
        if (next !== undefined) list.current?.toIndex(next);
        else if (step.by > 0) list.current?.toEnd();
      }),
    [list],
  );
  const found = pinnedKey === null ? undefined : rows.findLast((row) => row.key === pinnedKey);
  return { pinned: found !== undefined && isPrompt(found) ? found : null, onTop, go };
}

function isPrompt(row: Row): row is UserStep {
  return row.kind === "user" && row.source === "user";
}
