import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type RefObject, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { focusComposer } from "../../lib/focus.ts";
import { closeFind, useFind } from "../../state/find.ts";
import { IconButton } from "../../ui/button.tsx";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import { createFinder, lowerText } from "./find-matches.ts";
import type { Row } from "./rows.ts";
import { useFindHighlights } from "./use-find-highlights.ts";

/** Finds a text in the whole conversation, also where it is not drawn. Enter and Shift+Enter go on, Escape leaves. */
export function FindBar({ rows, list }: { readonly rows: readonly Row[]; readonly list: RefObject<VirtualListHandle | null> }) {
  const query = useFind((state) => state.query);
  const focus = useFind((state) => state.focus);
  const input = useRef<HTMLInputElement>(null);
  const wanted = useDeferredValue(query);
  const find = useMemo(() => createFinder(wanted), [wanted]);
  const matches = useMemo(() => find(rows), [find, rows]);
  /** Counted from the newest: matches that come while an answer streams do not move the person. */
  const [chosen, setChosen] = useState<{ readonly query: string; readonly at: number } | null>(null);
  const at = chosen?.query === wanted ? Math.min(chosen.at, matches.length - 1) : matches.length - 1;
  const match = matches[at] ?? null;
  const row = match === null ? undefined : rows[match.row];
  useFindHighlights(list, wanted, match, row === undefined ? "" : lowerText(row));
  const key = row?.key ?? null;
  useEffect(() => {
    useFind.setState({ row: key });
  }, [key]);
  useEffect(() => {
    if (focus === null) return;
    input.current?.focus();
    input.current?.select();
    // A wish is granted once: the bar may be drawn anew while the cursor is elsewhere.
    useFind.setState({ focus: null });
  }, [focus]);
  const step = (by: 1 | -1) => {
    if (matches.length > 0) setChosen({ query: wanted, at: (at + by + matches.length) % matches.length });
  };
  const leave = () => {
    closeFind();
    focusComposer();
  };
  const count = query === "" ? "" : matches.length === 0 ? "Nothing found" : `${at + 1} of ${matches.length}`;
  return (
    <div
      role="search"
      aria-label="Find in the conversation"
      data-testid="find-bar"
      className="absolute top-2 right-4 z-10 flex h-9 items-center gap-1 rounded-lg border border-strong bg-card pr-1 pl-3 shadow-composer"
    >
      <input
        ref={input}
        aria-label="Text to find"
        placeholder="Find"
        spellCheck={false}
        data-testid="find-input"
        value={query}
        onChange={(event) => useFind.setState({ query: event.target.value })}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") leave();
          else return;
          event.preventDefault();
        }}
        className="h-full w-48 bg-transparent text-ui text-fg select-text placeholder:text-fg3 focus-visible:outline-none"
      />
      <span role="status" data-testid="find-count" className="tabular min-w-20 text-right text-small text-fg3">
        {count}
      </span>
      <IconButton label="Previous match" keys="Shift Enter" onClick={() => step(-1)}>
        <ChevronUp size={15} aria-hidden />
      </IconButton>
      <IconButton label="Next match" keys="Enter" onClick={() => step(1)}>
        <ChevronDown size={15} aria-hidden />
      </IconButton>
      <IconButton label="Close" keys="Esc" onClick={leave}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
