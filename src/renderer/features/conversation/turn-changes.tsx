import { formatCount } from "../../lib/format.ts";
import type { TurnId } from "../../../protocol/ids.ts";
import { openReview } from "../../state/layout.ts";
import { revert, useScopeChanges, useUndo } from "../../state/undo.ts";
import { Badge, ChangeCount } from "../../ui/badge.tsx";
import { UndoButton } from "../../ui/undo-button.tsx";

/** At the end of a turn: how many files its patches changed, and their undo as one. Nothing for a turn without patches. */
export function TurnChanges({ turnId }: { readonly turnId: TurnId }) {
  const changes = useScopeChanges("turn", turnId);
  const busy = useUndo((state) => state.busy);
  if (changes.state === "none") return null;
  const undone = changes.state === "undone";
  return (
    <div data-testid="turn-changes" data-undone={undone} className="mt-1 flex h-7 items-center gap-2 text-small text-fg2">
      <button type="button" onClick={() => openReview()} className="rounded-xs hover:text-fg hover:underline">
        {formatCount(changes.files, "file")} changed
      </button>
      {undone ? <Badge>Undone</Badge> : <ChangeCount added={changes.added} removed={changes.removed} />}
      <span aria-hidden className="text-deco">
        ·
      </span>
      <UndoButton
        undone={undone}
        name="turn"
        what="the changes of this turn"
        size="sm"
        className="-ml-1"
        data-testid="turn-undo"
        disabled={busy}
        onClick={() => void revert({ kind: "turn", id: turnId }, undone)}
      />
    </div>
  );
}
