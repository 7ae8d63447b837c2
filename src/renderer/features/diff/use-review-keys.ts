import { useEffect, useRef } from "react";
import { type ReviewActions, useReview } from "../../state/review.ts";

const letters: Readonly<Record<string, (actions: ReviewActions) => void>> = {
  n: (actions) => actions.step(1, "hunk"),
  p: (actions) => actions.step(-1, "hunk"),
  N: (actions) => actions.step(1, "file"),
  P: (actions) => actions.step(-1, "file"),
  a: (actions) => actions.accept(),
  r: (actions) => actions.reject(),
  u: (actions) => actions.undo(),
  c: (actions) => actions.comment(),
  o: (actions) => actions.openFile(),
};

/** What a held key may do again and again: it only moves. */
const repeatable = "npNP";

/** What a key that was pressed in the panel does; undefined for one that does nothing there, or is held and must not do it again. */
export function letterAction({ key, repeat }: Pick<KeyboardEvent, "key" | "repeat">): ((actions: ReviewActions) => void) | undefined {
  return repeat && !repeatable.includes(key) ? undefined : letters[key];
}

/**
 * Gives the commands of the window what they do in the review that is shown; while the focus is in the panel, but not
 * in its bar, single letters do the same: n and p (N and P for files), a, r, u, c, o.
 */
export function useReviewKeys(actions: ReviewActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const own: ReviewActions = {
      step: (direction, unit) => latest.current.step(direction, unit),
      accept: () => latest.current.accept(),
      acceptAll: () => latest.current.acceptAll(),
      reject: () => latest.current.reject(),
      undo: () => latest.current.undo(),
      comment: () => latest.current.comment(),
      openFile: () => latest.current.openFile(),
    };
    useReview.setState({ actions: own });
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (!(target?.closest('[data-testid="review-panel"]') instanceof Element)) return;
      if (target.closest('input, textarea, [role=combobox], [data-testid="panel-bar"]') !== null) return;
      const action = letterAction(event);
      if (action === undefined) return;
      event.preventDefault();
      action(own);
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
      useReview.setState(({ actions: shown }) => (shown === own ? { actions: null } : {}));
    };
  }, []);
}
