import { Dialog as Base } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "../../state/app.ts";
import { useCommands } from "../../state/commands.ts";
import { selectConversation, useConversations } from "../../state/conversations.ts";
import { closePalette, usePalette } from "../../state/palette.ts";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { entriesFor, type Entry } from "./entries.ts";

const noKeys = {};

/** Every command and conversation by a few letters of its name. Arrow keys choose, Enter does it, Escape leaves. */
export function Palette() {
  const opened = usePalette((state) => state.query);
  if (opened === null) return null;
  return <OpenPalette query={opened} />;
}

function OpenPalette({ query: first }: { readonly query: string }) {
  const commands = useCommands((state) => state.commands);
  const keys = useApp((state) => state.app?.settings.keys ?? noKeys);
  const conversations = useConversations((state) => state.rows);
  const [query, setQuery] = useState(first);
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const entries = useMemo(() => entriesFor(query, { commands, keys, conversations }), [query, commands, keys, conversations]);
  const current = Math.min(chosen, entries.length - 1);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current, entries]);
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    closePalette();
    // The dialog gives the focus back when it is gone; what the command focuses comes after that.
    setTimeout(() => (entry.target.type === "command" ? entry.target.command.run() : selectConversation(entry.target.id)));
  };
  return (
    <Base.Root open onOpenChange={(next) => !next && closePalette()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Base.Popup
          initialFocus={input}
          aria-label="Commands"
          data-testid="palette"
          className="fixed top-[12vh] left-1/2 z-40 flex max-h-[60vh] w-[min(600px,94vw)] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-strong bg-panel shadow-composer outline-none"
        >
          <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
            <Search size={15} aria-hidden className="text-fg3" />
            <input
              ref={input}
              role="combobox"
              aria-expanded
              aria-controls="palette-list"
              aria-activedescendant={current < 0 ? undefined : `palette-${current}`}
              aria-label="Command or conversation"
              placeholder="Command or conversation"
              spellCheck={false}
              value={query}
              data-testid="palette-input"
              className="h-full min-w-0 flex-1 bg-transparent text-prose text-fg select-text placeholder:text-fg3 focus-visible:outline-none"
              onChange={(event) => {
                setQuery(event.target.value);
                setChosen(0);
              }}
              onKeyDown={(event) => {
                const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
                if (step !== undefined) {
                  event.preventDefault();
                  setChosen(Math.max(0, Math.min(entries.length - 1, current + step)));
                } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
                  event.preventDefault();
                  run(entries[current]);
                }
              }}
            />
          </div>
          {entries.length === 0 ? (
            <p className="px-4 py-6 text-center text-small text-fg3">Nothing has these letters in its name.</p>
          ) : null}
          <ul
            ref={list}
            id="palette-list"
            role="listbox"
            aria-label="Commands and conversations"
            className="min-h-0 flex-1 overflow-y-auto p-1.5"
          >
            {entries.map((entry, index) => (
              <li
                key={entry.key}
                id={`palette-${index}`}
                role="option"
                aria-selected={index === current}
                data-testid="palette-entry"
                className={cx(
                  "flex h-8 cursor-default items-center gap-3 rounded-sm px-2.5 text-ui",
                  index === current ? "bg-selected text-fg" : "text-fg2",
                )}
                onPointerMove={() => setChosen(index)}
                onClick={() => run(entry)}
              >
                <span className="min-w-0 flex-1 truncate">{marked(entry)}</span>
                <span className="shrink-0 text-small text-fg3">{entry.group}</span>
                {entry.keys === null ? null : <Kbd className="shrink-0">{entry.keys}</Kbd>}
              </li>
            ))}
          </ul>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The title with the typed letters in bold. */
function marked({ title, at }: Entry) {
  if (at.length === 0) return title;
  const parts: { readonly from: number; to: number }[] = [];
  for (const index of at) {
    const last = parts.at(-1);
    if (last?.to === index) last.to++;
    else parts.push({ from: index, to: index + 1 });
  }
  return (
    <>
      {parts.map(({ from, to }, index) => (
        <Fragment key={from}>
          {title.slice(parts[index - 1]?.to ?? 0, from)}
          <b className="font-semibold text-fg">{title.slice(from, to)}</b>
        </Fragment>
      ))}
      {title.slice(parts.at(-1)?.to ?? 0)}
    </>
  );
}
