import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import type { ConversationRow } from "../../../protocol/ipc.ts";
import { asErrorData } from "../../lib/api.ts";
import {
  deleteConversation,
  loadConversations,
  renameConversation,
  selectConversation,
  useConversations,
} from "../../state/conversations.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { useMinute } from "../../ui/use-minute.ts";
import { groupConversations } from "./conversation-groups.ts";
import { ConversationItem } from "./conversation-item.tsx";

/** The conversations of the project by day. One tab stop; Up, Down, Home and End move, Enter shows. */
export function ConversationList() {
  const status = useConversations((state) => state.status);
  const loadError = useConversations((state) => state.error);
  const rows = useConversations((state) => state.rows);
  const selectedId = useConversations((state) => state.selectedId);
  const [deleting, setDeleting] = useState<ConversationRow | null>(null);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const now = useMinute();
  const groups = useMemo(() => groupConversations(rows, now), [rows, now]);
  const list = useRef<HTMLDivElement>(null);
  const rename = useCallback(
    (id: ConversationId, title: string) => void renameConversation(id, title).catch((error: unknown) => setProblem(asErrorData(error))),
    [],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('[data-testid="conversation-row"]') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, next))]?.focus();
  };
  const failure = problem ?? (status === "failed" ? loadError : null);
  const tabStop = rows.some((row) => row.id === selectedId) ? selectedId : (rows[0]?.id ?? null);
  return (
    <nav ref={list} aria-label="Conversations" onKeyDown={onKeyDown} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      {failure === null ? null : (
        <ErrorState
          className="mx-1 mt-2"
          code={failure.code}
          message={failure.message}
          hint={failure.hint}
          action={
            <Button size="sm" variant="ghost" onClick={() => (problem === null ? void loadConversations() : setProblem(null))}>
              {problem === null ? "Try again" : "Dismiss"}
            </Button>
          }
        />
      )}
      {status === "loading" && rows.length === 0 ? <LoadingState label="Reading conversations" /> : null}
      {status === "ready" && rows.length === 0 ? (
        <p className="px-2 py-4 text-small text-fg3">No conversations yet. The first prompt starts one.</p>
      ) : null}
      {groups.map((group) => (
        <section key={group.name} aria-label={group.name}>
          <h2 className="flex h-9 items-end px-2 pb-1.5 text-small font-medium text-fg3">{group.name}</h2>
          <ul>
            {group.rows.map((row) => (
              <li key={row.id} className="[contain-intrinsic-size:auto_32px] [content-visibility:auto]">
                <ConversationItem
                  row={row}
                  selected={row.id === selectedId}
                  tabStop={row.id === tabStop}
                  now={now}
                  onSelect={selectConversation}
                  onRename={rename}
                  onDelete={setDeleting}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {deleting === null ? null : (
        <DeleteDialog
          row={deleting}
          onClose={() => {
            setDeleting(null);
            // The dialog gives the focus back, and the row that had it may be gone.
            setTimeout(() => {
              if (document.activeElement === document.body) list.current?.querySelector<HTMLElement>('button[tabindex="0"]')?.focus();
            });
          }}
        />
      )}
    </nav>
  );
}

function DeleteDialog({ row, onClose }: { readonly row: ConversationRow; readonly onClose: () => void }) {
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const remove = () => void deleteConversation(row.id).then(onClose, (error: unknown) => setProblem(asErrorData(error)));
  return (
    <Dialog open onClose={onClose} title="Delete this conversation?" testId="delete-conversation">
      <div className="flex flex-col gap-4 p-4">
        <p className="text-ui text-fg2">
          <span className="font-medium text-fg">{row.title}</span> and its log are deleted for good. Files it changed stay as they are.
        </p>
        {problem === null ? null : <ErrorState code={problem.code} message={problem.message} hint={problem.hint} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" onClick={remove} data-testid="delete-confirm">
            Delete
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
