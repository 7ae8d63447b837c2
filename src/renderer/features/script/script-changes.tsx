import { FileDiff } from "lucide-react";
import { formatCount } from "../../lib/format.ts";
import { openReview } from "../../state/layout.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { revert, useScopeChanges, useUndo } from "../../state/undo.ts";
import { Badge, ChangeCount } from "../../ui/badge.tsx";
import { UndoButton } from "../../ui/undo-button.tsx";

/** What the patches of an ended script come to, with their undo as one (one alone is undone at its card or with the turn). Nothing for a script without patches. */
export function ScriptChanges({ step }: { readonly step: ScriptStep }) {
  const changes = useScopeChanges("script", step.callId);
  const busy = useUndo((state) => state.busy);
  if (changes.state === "none" || step.finishedAt === null) return null;
  const undone = changes.state === "undone";
  return (
    <div data-testid="script-changes" className="flex h-9 items-center gap-2 border-t border-line pr-1.5 pl-3.5">
      <FileDiff size={12} aria-hidden className="shrink-0 text-fg3" />
      <button
        type="button"
        onClick={() => openReview()}
        className="min-w-0 truncate rounded-xs text-small text-fg2 hover:text-fg hover:underline"
      >
        {formatCount(changes.files, "file")} changed
      </button>
      {undone ? <Badge>Undone</Badge> : <ChangeCount added={changes.added} removed={changes.removed} />}
      <span className="flex-1" />
      {changes.patches === 1 ? null : (
        <UndoButton
          undone={undone}
          name="script"
          what="the changes of this script"
          size="sm"
          data-testid="script-undo"
          disabled={busy}
          onClick={() => void revert({ kind: "script", id: step.callId }, undone)}
        />
      )}
    </div>
  );
}
