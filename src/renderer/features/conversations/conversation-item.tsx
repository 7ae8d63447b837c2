import { ContextMenu } from "@base-ui/react/context-menu";
import { CircleAlert, CircleX, Pencil, Trash2 } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import { assertNever } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import type { ConversationRow } from "../../../protocol/ipc.ts";
import { formatRelative } from "../../lib/format.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { TextField } from "../../ui/field.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Ring } from "../../ui/ring.tsx";
import { rowState, rowStateWords } from "./conversation-groups.ts";
import { useRowDrop } from "./use-row-drop.ts";

const menuRow =
  "flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-small outline-none select-none data-highlighted:bg-selected";

/** A conversation in the sidebar. F2 renames, Delete asks to delete; both stand in its context menu. Files dropped on it go into its draft. */
export const ConversationItem = memo(function ConversationItem({
  row,
  selected,
  tabStop,
  now,
  onSelect,
  onRename,
  onDelete,
}: {
  readonly row: ConversationRow;
  readonly selected: boolean;
  /** The one row Tab reaches; arrows go to the others. */
  readonly tabStop: boolean;
  /** Coarse: changes once a minute. */
  readonly now: number;
  readonly onSelect: (id: ConversationId) => void;
  readonly onRename: (id: ConversationId, title: string) => void;
  readonly onDelete: (row: ConversationRow) => void;
}) {
  const [editing, setEditing] = useState(false);
  const words = rowStateWords(row);
  const { dropping, said, drop } = useRowDrop(row.id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "F2") setEditing(true);
    else if (event.key === "Delete") onDelete(row);
    else return;
    event.preventDefault();
  };
  if (editing) {
    return (
      <TitleField
        title={row.title}
        onDone={(title) => {
          setEditing(false);
          if (title !== null) onRename(row.id, title);
        }}
      />
    );
  }
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger
        render={
          <button
            type="button"
            data-testid="conversation-row"
            data-conversation-id={row.id}
            data-status={row.status}
            data-unread={row.unread}
            aria-current={selected ? "page" : undefined}
            tabIndex={tabStop ? 0 : -1}
            title={row.title}
            onClick={() => onSelect(row.id)}
            onKeyDown={onKeyDown}
            {...drop}
            data-dropping={dropping}
            className={cx(
              "flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-left",
              selected ? "bg-selected" : "hover:bg-raise",
              dropping && "bg-accent-soft outline-1 -outline-offset-1 outline-accent outline-dashed",
            )}
          />
        }
      >
        <RowMark row={row} />
        <span
          className={cx(
            "min-w-0 flex-1 truncate text-ui",
            selected && "font-medium",
            selected || row.unread || row.status !== "idle" ? "text-fg" : "text-fg2",
          )}
        >
          {row.title}
        </span>
        {words === "" ? null : <span className="sr-only">, {words}</span>}
        {dropping || said !== null ? (
          <span role="status" className="shrink-0 text-small text-accent-text">
            {dropping ? "Add to its draft" : said}
          </span>
        ) : row.added + row.removed > 0 ? (
          <ChangeCount added={row.added} removed={row.removed} />
        ) : (
          <span className="tabular shrink-0 text-small text-fg3">{formatRelative(row.updatedAt, now)}</span>
        )}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Positioner className="z-50">
          <ContextMenu.Popup className="min-w-44 rounded-md border border-strong bg-card p-1 shadow-composer outline-none">
            <ContextMenu.Item className={cx(menuRow, "text-fg")} onClick={() => setEditing(true)}>
              <Pencil size={13} aria-hidden className="text-fg3" />
              <span className="flex-1">Rename</span>
              <Kbd>F2</Kbd>
            </ContextMenu.Item>
            <ContextMenu.Item className={cx(menuRow, "text-del")} onClick={() => onDelete(row)}>
              <Trash2 size={13} aria-hidden />
              <span className="flex-1">Delete…</span>
              <Kbd>Del</Kbd>
            </ContextMenu.Item>
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
});

/** The state as a sign in a box of one size, so that titles stay in line. */
function RowMark({ row }: { readonly row: ConversationRow }) {
  return (
    <span aria-hidden className="flex w-3.5 shrink-0 justify-center">
      <RowSign row={row} />
    </span>
  );
}

function RowSign({ row }: { readonly row: ConversationRow }) {
  const state = rowState(row);
  switch (state) {
    case "running":
      return <Ring />;
    case "needs_you":
      return <CircleAlert size={14} className="text-warn" />;
    case "failed":
      return <CircleX size={14} className="text-del" />;
    case "unread":
      return <span className="size-2 rounded-full bg-accent" />;
    case "idle":
      return <span className="size-1 rounded-full bg-deco" />;
    default:
      return assertNever(state);
  }
}

/** Enter and leaving keep the title, Escape does not; an empty title is no title. */
function TitleField({ title, onDone }: { readonly title: string; readonly onDone: (title: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  const finish = (keep: boolean) => {
    if (done.current) return;
    done.current = true;
    const next = input.current?.value.trim() ?? "";
    onDone(keep && next !== "" && next !== title ? next : null);
  };
  useEffect(() => {
    // After the menu has given the focus back.
    const timer = setTimeout(() => {
      input.current?.focus();
      input.current?.select();
    });
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="flex h-8 items-center px-1">
      <TextField
        ref={input}
        aria-label="Title of the conversation"
        defaultValue={title}
        maxLength={200}
        onBlur={() => finish(true)}
        onKeyDown={(event) => {
          event.stopPropagation();
          // A word of an input method that is confirmed is no end of the title.
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") finish(true);
          if (event.key === "Escape") finish(false);
        }}
      />
    </div>
  );
}
