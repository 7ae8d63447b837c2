import { Send, Undo2 } from "lucide-react";
import { useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { useKeys } from "../../state/commands.ts";
import { undoReviewStep, useReview } from "../../state/review.ts";
import { useReviewComments } from "../../state/review-comments.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { focusReviewAfter } from "./focus-review.ts";
import { pills } from "./pills.ts";
import type { Decisions } from "./use-decisions.ts";

/** The foot of the review: how far it is, and what can be done with all of it. Rejecting asks once more, in its own place. */
export function DecisionFoot({
  id,
  decisions,
  comments,
  onSend,
}: {
  readonly id: ConversationId;
  readonly decisions: Decisions;
  /** Comments that can be sent. */
  readonly comments: number;
  readonly onSend: () => Promise<void>;
}) {
  const [sure, setSure] = useState(false);
  const busy = useReview((state) => state.busy);
  const steps = useReview((state) => state.done[id]?.length ?? 0);
  const sending = useReviewComments((state) => state.sending);
  const acceptKeys = useKeys("review.acceptAll");
  const { accepted, hunks } = decisions.total;
  const rest = decisions.hunks.filter((hunk) => !decisions.isAccepted(hunk));
  const able = rest.filter(({ path }) => decisions.whyNot(path) === null);
  return (
    <div
      data-testid="decision-bar"
      className="@container/foot flex h-12 shrink-0 items-center gap-2 border-t border-line pr-3 pl-4 text-small"
    >
      {hunks === 0 ? (
        <span className="flex-1" />
      ) : (
        <>
          <span aria-hidden className="flex shrink-0 gap-[3px] @max-[460px]/foot:hidden">
            {pills(accepted, hunks).map((isOn, index) => (
              <span key={index} className={cx("h-[5px] w-3.5 rounded-full @max-[560px]/foot:w-2", isOn ? "bg-add" : "bg-press")} />
            ))}
          </span>
          <span
            className="tabular min-w-0 flex-1 truncate text-fg2"
            title={`${accepted} of ${hunks} accepted`}
            data-testid="review-progress"
          >
            {accepted} of {formatCount(hunks, "hunk")}
          </span>
        </>
      )}
      <IconButton
        label="Undo the last step of the review"
        keys="U"
        disabled={busy || steps === 0}
        className={steps === 0 ? "invisible" : ""}
        onClick={() => void focusReviewAfter(undoReviewStep(id))}
        data-testid="review-step-undo"
      >
        <Undo2 size={14} aria-hidden />
      </IconButton>
      {comments === 0 || sure ? null : (
        <Button disabled={sending} onClick={() => void focusReviewAfter(onSend())} data-testid="comments-send">
          <Send size={12} aria-hidden />
          <span>
            Send {comments} <span className="@max-[440px]/foot:sr-only">{comments === 1 ? "comment" : "comments"}</span>
          </span>
        </Button>
      )}
      {hunks === 0 ? null : sure ? (
        <>
          {able.length === 0 ? (
            <span role="status" className="min-w-0 text-micro text-fg2" data-testid="reject-all-not">
              None of them can be taken back here: their texts are not kept. Undo the patch as a whole.
            </span>
          ) : (
            <Button
              variant="danger"
              disabled={busy}
              title={able.length === rest.length ? undefined : `${rest.length - able.length} more stay: their texts are not kept`}
              onClick={() => {
                setSure(false);
                void focusReviewAfter(decisions.reject(able));
              }}
              data-testid="reject-all-sure"
            >
              Take back {formatCount(able.length, "hunk")} on disk
            </Button>
          )}
          <Button
            variant="ghost"
            autoFocus
            onClick={() => {
              setSure(false);
              void focusReviewAfter(Promise.resolve());
            }}
          >
            Keep
          </Button>
        </>
      ) : (
        <>
          <Button variant="ghost" disabled={busy || rest.length === 0} onClick={() => setSure(true)} data-testid="reject-all">
            {accepted === 0 ? "Reject all" : "Reject rest"}
          </Button>
          <Button
            variant="primary"
            disabled={busy || rest.length === 0}
            onClick={() => void focusReviewAfter(decisions.accept(rest, true))}
            data-testid="accept-all"
          >
            Accept all{" "}
            {acceptKeys === undefined || comments > 0 ? null : (
              <Kbd className="text-on-primary opacity-75 @max-[520px]/foot:hidden">{acceptKeys}</Kbd>
            )}
          </Button>
        </>
      )}
    </div>
  );
}
