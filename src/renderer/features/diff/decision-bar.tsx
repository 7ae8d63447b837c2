import { Check, Send, Undo2, X } from "lucide-react";
import { useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { undoReviewStep, useReview } from "../../state/review.ts";
import { commentsOf, sendComments, useReviewComments } from "../../state/review-comments.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import type { Decisions } from "./use-decisions.ts";

/** How far the review is, and what can be done with all of it. Rejecting all asks once more, in its own place. */
export function DecisionBar({ id, decisions }: { readonly id: ConversationId; readonly decisions: Decisions }) {
  const [sure, setSure] = useState(false);
  const busy = useReview((state) => state.busy);
  const steps = useReview((state) => state.done[id]?.length ?? 0);
  const comments = useReviewComments((state) => commentsOf(state.comments, id).filter(({ text }) => text !== "").length);
  const sending = useReviewComments((state) => state.sending);
  const { accepted, hunks } = decisions.total;
  return (
    <div data-testid="decision-bar" className="flex h-9 shrink-0 items-center gap-1.5 border-b border-line pr-2 pl-3 text-small">
      <span className="tabular min-w-0 flex-1 truncate text-fg2" data-testid="review-progress">
        {accepted} of {formatCount(hunks, "hunk")} accepted
      </span>
      {comments === 0 ? null : (
        <Button size="sm" variant="primary" disabled={sending} onClick={() => void sendComments(id)} data-testid="comments-send">
          <Send size={12} aria-hidden /> Send {formatCount(comments, "comment")}
        </Button>
      )}
      <IconButton
        size="sm"
        label="Undo the last step of the review"
        keys="U"
        disabled={busy || steps === 0}
        onClick={() => void undoReviewStep(id)}
        data-testid="review-step-undo"
      >
        <Undo2 size={13} aria-hidden />
      </IconButton>
      {sure ? (
        <>
          <Button
            size="sm"
            variant="danger"
            disabled={busy}
            onClick={() => {
              setSure(false);
              void decisions.reject(decisions.hunks);
            }}
            data-testid="reject-all-sure"
          >
            Take back {formatCount(hunks, "hunk")} on disk
          </Button>
          <Button size="sm" variant="ghost" autoFocus onClick={() => setSure(false)}>
            Keep
          </Button>
        </>
      ) : (
        <>
          <Button size="sm" variant="ghost" disabled={busy} onClick={() => setSure(true)} data-testid="reject-all">
            <X size={13} aria-hidden /> Reject all
          </Button>
          <Button
            size="sm"
            disabled={busy || accepted === hunks}
            onClick={() => void decisions.accept(decisions.hunks, true)}
            data-testid="accept-all"
          >
            <Check size={13} aria-hidden /> Accept all
          </Button>
        </>
      )}
    </div>
  );
}
