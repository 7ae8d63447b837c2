import { Check, CircleCheck, MessageSquarePlus } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import { useConversation } from "../../state/conversation.ts";
import { useReview } from "../../state/review.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import type { ReviewHunk } from "./hunk-marks.ts";

export interface HunkActions {
  accept(hunk: ReviewHunk, accepted: boolean): void;
  reject(hunk: ReviewHunk): void;
  comment(hunk: ReviewHunk): void;
  /** Why hunks of the file cannot be taken back; null when they can. */
  whyNot(path: string): string | null;
}

/** The buttons below a hunk: quiet, at the right; the one the keyboard stands on says its keys. */
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
  const acceptKeys = useKeys("review.accept");
  const rejectKeys = useKeys("review.reject");
  const whyNot = actions.whyNot(hunk.path);
  return (
    <div
      role="group"
      aria-label={`Hunk ${hunk.hunk} of ${hunk.path}`}
      data-testid="hunk-bar"
      data-path={hunk.path}
      data-hunk={hunk.hunk}
      data-accepted={accepted}
      className="flex h-8 items-center justify-end gap-1 bg-panel px-3 font-sans text-small"
    >
      <IconButton
        size="sm"
        label="Comment on this hunk"
        keys={current ? "C" : undefined}
        onClick={() => actions.comment(hunk)}
        data-testid="hunk-comment"
      >
        <MessageSquarePlus size={13} aria-hidden />
      </IconButton>
      {accepted ? (
        // Where the button to accept was: a second click there must not take the hunk back on disk.
        <span className="mx-1 inline-flex items-center gap-1 text-add">
          <CircleCheck size={13} aria-hidden /> Hunk accepted
        </span>
      ) : (
        <Button
          size="sm"
          variant="ghost"
          disabled={busy || whyNot !== null}
          title={whyNot ?? "Take this hunk back on disk"}
          onClick={() => actions.reject(hunk)}
          data-testid="hunk-reject"
        >
          Reject hunk {current && rejectKeys !== undefined ? <Kbd>{rejectKeys}</Kbd> : null}
        </Button>
      )}
      <Button
        size="sm"
        variant={current && !accepted ? "outline" : "ghost"}
        disabled={busy}
        title={accepted ? "Not accepted any more" : "This hunk is right"}
        onClick={() => actions.accept(hunk, !accepted)}
        data-testid="hunk-accept"
      >
        {accepted ? null : <Check size={13} aria-hidden />}
        {accepted ? "Undo" : "Accept hunk"} {current && !accepted && acceptKeys !== undefined ? <Kbd>{acceptKeys}</Kbd> : null}
      </Button>
    </div>
  );
}
