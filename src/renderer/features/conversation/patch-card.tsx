import { ArrowUpRight, FileDiff } from "lucide-react";
import { memo } from "react";
import { formatCount } from "../../lib/format.ts";
import { useKept } from "../../state/row-memory.ts";
import { useConversation } from "../../state/conversation.ts";
import type { PatchStep } from "../../state/conversation-view.ts";
import { openReview } from "../../state/layout.ts";
import { type PatchDraft, readPatchDraft } from "../../state/patch-drafts.ts";
import { isOnlyOfTurn, revert, useUndo } from "../../state/undo.ts";
import { Badge, ChangeCount } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { UndoButton } from "../../ui/undo-button.tsx";
import { DraftLines } from "./draft-lines.tsx";
import { FoldButton } from "./patch-preview.tsx";
import { ThreadRow } from "./thread-row.tsx";

/** Files named on the card; more are counted. */
const shownFiles = 4;

/** A patch applied this long ago (ms) was being watched: its lines stay open where they were, so that nothing jumps. */
const freshMs = 3_000;

/** The lines of a patch that are shown under its card when it is drawn the first time: those that were just seen arriving. */
export function freshDraft(step: PatchStep): PatchDraft | null {
  return Date.now() - step.time < freshMs ? readPatchDraft(step.callId) : null;
}

/** A patch that was written, with the way to review it. */
export const PatchCard = memo(function PatchCard({ step, first }: { readonly step: PatchStep; readonly first: boolean }) {
  const draft = readPatchDraft(step.callId);
  const [open, setOpen] = useKept(`${step.key} open`, () => freshDraft(step) !== null);
  const busy = useUndo((state) => state.busy);
  const isAlone = useConversation((state) => isOnlyOfTurn(state.view, step));
  return (
    <ThreadRow node={<FileDiff size={13} />} first={first} nodeTop={15}>
      <section
        data-testid="patch-card"
        data-call={step.callId}
        data-undone={step.undone}
        aria-label="Patch"
        className="overflow-hidden rounded-lg border border-strong bg-card shadow-card"
      >
        <div className="flex h-10.5 items-center gap-2.5 pr-2 pl-3.5">
          <h2 className="min-w-0 truncate text-ui font-semibold">Patch applied to {formatCount(step.files.length, "file")}</h2>
          {step.undone ? <Badge>Undone</Badge> : <ChangeCount added={step.added} removed={step.removed} />}
          <span className="flex-1" />
          {isAlone ? null : (
            <UndoButton
              undone={step.undone}
              name="patch"
              what="this patch"
              data-testid="patch-undo"
              disabled={busy}
              onClick={() => void revert({ kind: "call", id: step.callId }, step.undone)}
            />
          )}
          <Button onClick={() => openReview({ callId: step.callId })}>
            Review <ArrowUpRight size={13} aria-hidden className="text-fg3" />
          </Button>
          {draft === null ? null : <FoldButton open={open} onClick={() => setOpen(!open)} />}
        </div>
        {open && draft !== null ? <DraftLines draft={draft} version={0} /> : null}
        <ul aria-label="Files of the patch" className="flex flex-wrap gap-x-3 border-t border-line px-3.5 py-1.5">
          {step.files.slice(0, shownFiles).map((file) => (
            <li key={file.path} className="min-w-0">
              <button
                type="button"
                onClick={() => openReview({ callId: step.callId, file: file.path })}
                className="max-w-full truncate rounded-xs font-mono text-label text-fg3 hover:text-fg hover:underline"
              >
                {file.path}
              </button>
            </li>
          ))}
          {step.files.length > shownFiles ? (
            <li className="text-micro leading-5 text-fg3">and {step.files.length - shownFiles} more</li>
          ) : null}
        </ul>
      </section>
    </ThreadRow>
  );
});
