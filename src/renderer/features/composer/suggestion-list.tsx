import { Fragment, useEffect, useRef } from "react";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { Kbd } from "../../ui/kbd.tsx";

/** A line of the list above the caret. */
export interface Suggestion {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  readonly at: readonly number[];
  /** Set for files and folders. */
  readonly kind: "file" | "folder" | null;
}

/** Width of the list, px. */
const width = 460;

/** Id of the list for the textarea that owns it. */
export const listId = "composer-suggestions";

/** The list above the caret for `@` and `/`. The textarea keeps the cursor and the keys. */
export function SuggestionList({
  items,
  current,
  place,
  empty,
  onPoint,
  onChoose,
}: {
  readonly items: readonly Suggestion[];
  readonly current: number;
  /** px from the left and the top of the box around it: the caret; and the width of that box. */
  readonly place: { readonly left: number; readonly top: number; readonly width: number };
  /** What is said instead of lines. */
  readonly empty: string;
  readonly onPoint: (index: number) => void;
  readonly onChoose: (index: number) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current, items]);
  const left = Math.max(8, Math.min(place.left - 12, place.width - width - 8));
  return (
    <div
      data-testid="suggestions"
      className="absolute z-20 overflow-hidden rounded-lg border border-strong bg-card shadow-composer"
      style={{ left, width: Math.min(width, place.width - 16), bottom: `calc(100% - ${Math.max(0, place.top) - 4}px)` }}
    >
      {items.length === 0 ? (
        <p role="status" className="px-3 py-2.5 text-small text-fg3">
          {empty}
        </p>
      ) : (
        // In reach of the keyboard because it scrolls.
        <ul ref={list} id={listId} tabIndex={0} role="listbox" aria-label="Suggestions" className="max-h-72 overflow-y-auto p-1">
          {items.map((item, index) => (
            <li
              key={item.key}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === current}
              data-testid="suggestion"
              className={cx(
                "flex h-7 cursor-default items-center gap-2 rounded-sm px-2 text-ui",
                index === current ? "bg-selected text-fg" : "text-fg2",
              )}
              onPointerMove={() => onPoint(index)}
              // The textarea keeps the cursor.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onChoose(index)}
            >
              {item.kind === null ? null : <FileMark name={item.title} kind={item.kind} />}
              {item.kind === null ? <Title item={item} /> : <PathTitle item={item} />}
              {item.detail === "" ? null : <Kbd className="ml-auto shrink-0">{item.detail}</Kbd>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Title({ item }: { readonly item: Suggestion }) {
  return <span className="min-w-0 truncate">{marked(item.title, 0, item.at)}</span>;
}

/** The name first, then the folder it is in, quieter and cut at its beginning. */
function PathTitle({ item }: { readonly item: Suggestion }) {
  const end = item.title.endsWith("/") ? item.title.length - 1 : item.title.length;
  const from = item.title.lastIndexOf("/", end - 1) + 1;
  return (
    <>
      <span className="max-w-[70%] shrink-0 truncate">{marked(item.title.slice(from), from, item.at)}</span>
      <span className="min-w-0 flex-1 truncate text-small text-fg3">{marked(item.title.slice(0, Math.max(0, from - 1)), 0, item.at)}</span>
    </>
  );
}

/** A piece of a text that begins at `from`, with the typed letters in bold. */
function marked(piece: string, from: number, at: readonly number[]) {
  const bold = new Set(at.map((index) => index - from));
  const parts: { readonly text: string; readonly bold: boolean }[] = [];
  for (let index = 0; index < piece.length;) {
    const isBold = bold.has(index);
    let end = index + 1;
    while (end < piece.length && bold.has(end) === isBold) end++;
    parts.push({ text: piece.slice(index, end), bold: isBold });
    index = end;
  }
  return parts.map((part, index) =>
    part.bold ? (
      <b key={index} className="font-semibold text-fg">
        {part.text}
      </b>
    ) : (
      <Fragment key={index}>{part.text}</Fragment>
    ),
  );
}
