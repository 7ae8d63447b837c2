import { ChevronDown, ChevronUp } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { TextField } from "../../ui/field.tsx";
import { RowBox, type RowBoxHandle } from "../../ui/row-box.tsx";
import { cutAtPlaces, findInLines, type RawLine, rawLines } from "./raw-lines.ts";

/** A request of any size: only the lines in sight are drawn. Ctrl+F finds in all of it; Enter and Shift+Enter go on. */
export function RawText({ text }: { readonly text: string }) {
  const lines = useMemo(() => rawLines(text), [text]);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = useDeferredValue(query);
  const matches = useMemo(() => findInLines(lines, wanted), [lines, wanted]);
  const at = Math.min(chosen, matches.length - 1);
  const match = matches[at] ?? null;
  const box = useRef<RowBoxHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (match !== null) box.current?.show(match.line);
  }, [match]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.code !== "KeyF" || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      // The conversation behind has a find of its own.
      event.stopPropagation();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);
  const step = (by: 1 | -1) => {
    if (matches.length > 0) setChosen((at + by + matches.length) % matches.length);
  };
  return (
    <div className="flex h-full flex-col">
      <div role="search" aria-label="Find in the request" className="flex h-10 shrink-0 items-center gap-1 border-b border-line px-3">
        <TextField
          ref={input}
          aria-label="Text to find"
          placeholder="Find"
          spellCheck={false}
          value={query}
          className="max-w-72"
          data-testid="raw-find"
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
            else if (event.key === "Escape" && query !== "") setQuery("");
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <IconButton label="Previous match" keys="Shift Enter" disabled={matches.length === 0} onClick={() => step(-1)}>
          <ChevronUp size={15} aria-hidden />
        </IconButton>
        <IconButton label="Next match" keys="Enter" disabled={matches.length === 0} onClick={() => step(1)}>
          <ChevronDown size={15} aria-hidden />
        </IconButton>
        <span role="status" data-testid="raw-find-count" className="tabular px-1 text-small text-fg3">
          {wanted === "" ? "" : matches.length === 0 ? "Nothing found" : `${at + 1} of ${matches.length.toLocaleString("en-US")}`}
        </span>
        <span className="tabular ml-auto text-small text-fg3">{lines.length.toLocaleString("en-US")} lines</span>
      </div>
      <RowBox
        handle={box}
        count={lines.length}
        label="The request"
        testId="raw-text"
        className="min-h-0 flex-1 px-4 py-3.5"
        render={(index) => (
          <Line line={lines[index] ?? []} query={wanted} current={match !== null && match.line === index ? match.at : null} />
        )}
      />
    </div>
  );
}

function Line({ line, query, current }: { readonly line: RawLine; readonly query: string; readonly current: number | null }) {
  return (
    <pre className="selectable min-h-5 text-code whitespace-pre-wrap text-fg2 [overflow-wrap:anywhere]">
      {cutAtPlaces(line, query).map(({ text, prompt, place }, index) =>
        prompt || place !== null ? (
          <mark
            key={index}
            data-current={place !== null && place === current ? true : undefined}
            className={cx(
              "rounded-xs",
              place === null ? "bg-accent-soft text-fg" : "bg-warn-soft text-fg",
              place !== null && place === current && "outline outline-warn-fill",
            )}
          >
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </pre>
  );
}
