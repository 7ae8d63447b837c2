import { ChevronDown, MessageSquareWarning } from "lucide-react";
import { useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { type ReviewComment, useReviewComments } from "../../state/review-comments.ts";
import { cx } from "../../ui/cx.ts";
import { CommentBox } from "./comment-box.tsx";

/** Comments whose lines are gone or not in what is shown: they are sent with the others, so they can be read, changed and deleted here. */
export function UnseenComments({ id, comments }: { readonly id: ConversationId; readonly comments: readonly ReviewComment[] }) {
  const [open, setOpen] = useState(false);
  // A comment that was just begun on unfolded lines has its field there.
  const drafts = useReviewComments((state) => state.drafts);
  const listed = comments.filter((comment) => comment.text !== "" || open || drafts[comment.id] === undefined);
  if (listed.length === 0) return null;
  return (
    <section aria-label="Comments without their lines" data-testid="unseen-comments" className="shrink-0 border-t border-line">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex h-8 w-full items-center gap-2 px-4 text-left text-small text-fg2 hover:text-fg"
      >
        <MessageSquareWarning size={13} aria-hidden className="shrink-0 text-warn" />
        <span className="min-w-0 flex-1 truncate">
          {formatCount(listed.length, "comment")} on lines that are not shown: changed since, or not part of this view
        </span>
        <ChevronDown size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", !open && "-rotate-90")} />
      </button>
      {open ? (
        <ul className="max-h-60 overflow-y-auto pb-1.5">
          {listed.map((comment) => (
            <li key={comment.id}>
              {comment.lines.length === 0 ? null : (
                <p className="selectable truncate px-6 pt-1 font-mono text-code text-fg3">{comment.lines[0]}</p>
              )}
              <CommentBox id={id} comment={comment} />
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
