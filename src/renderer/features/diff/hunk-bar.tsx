import { Check, MessageSquarePlus, Undo2, X } from "lucide-react";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { useConversation } from "../../state/conversation.ts";
import { useReview } from "../../state/review.ts";
import type { ReviewHunk } from "./hunk-marks.ts";

export interface HunkActions {
  accept(hunk: ReviewHunk, accepted: boolean): void;
  reject(hunk: ReviewHunk): void;
  comment(hunk: ReviewHunk): void;
  /** Why hunks of the file cannot be taken back; null when they can. */
  whyNot(path: string): string | null;
}

/** The buttons below a hunk. */
export function HunkBar({
  hunk,
  current,
  actions,
}: {
  readonly hunk: ReviewHunk;
  readonly current: boolean;
  readonly actions: HunkActions;
}) {
  const accepted = useConversation((state) => state.view.accepted.has(hunk.mark));
  const busy = useReview((state) => state.busy);
  const whyNot = actions.whyNot(hunk.path);
  return (
    <div
      data-testid="hunk-bar"
      data-path={hunk.path}
      data-hunk={hunk.hunk}
      data-accepted={accepted}
      className={cx(
        "flex h-8 items-center gap-1 border-y px-2 font-sans text-small",
        current ? "border-accent bg-accent-soft" : "border-line bg-panel",
      )}
    >
      <span className="min-w-0 flex-1 truncate text-fg3">
        {accepted ? (
          <span className="inline-flex items-center gap-1 text-add">
            <Check size={13} aria-hidden /> Accepted
          </span>
        ) : (
          `Hunk ${hunk.hunk}`
        )}
      </span>
      <IconButton
        size="sm"
        label="Comment on this hunk"
        keys={current ? "C" : undefined}
        onClick={() => actions.comment(hunk)}
        data-testid="hunk-comment"
      >
        <MessageSquarePlus size={13} aria-hidden />
      </IconButton>
      <Button
        size="sm"
        variant="ghost"
        disabled={busy || whyNot !== null}
        title={whyNot ?? "Take this hunk back on disk"}
        onClick={() => actions.reject(hunk)}
        data-testid="hunk-reject"
      >
        <X size={13} aria-hidden /> Reject
      </Button>
      <Button
        size="sm"
        variant={accepted ? "ghost" : "outline"}
        disabled={busy}
        onClick={() => actions.accept(hunk, !accepted)}
        data-testid="hunk-accept"
      >
        {accepted ? <Undo2 size={13} aria-hidden /> : <Check size={13} aria-hidden />}
        {accepted ? "Not yet" : "Accept"}
      </Button>
    </div>
  );
}
