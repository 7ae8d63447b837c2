import { Pencil, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import {
  commentsOf,
  draftComment,
  editComment,
  keepComment,
  placeName,
  removeComment,
  type ReviewComment,
  useReviewComments,
} from "../../state/review-comments.ts";
import { shownKeys } from "../../state/commands.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { focusReview } from "./focus-review.ts";

/** A remark between the lines of a diff: its text, or the field it is written in. Says the lines that `begun` has: where they are now. */
export function CommentBox({ id, comment: begun }: { readonly id: ConversationId; readonly comment: ReviewComment }) {
  // The diff keeps what it was given; what was written since is in the store.
  const text = useReviewComments((state) => (commentsOf(state.comments, id).find((one) => one.id === begun.id) ?? begun).text);
  const draft = useReviewComments((state) => state.drafts[begun.id]);
  const comment = { ...begun, text };
  return (
    <div data-testid="review-comment" className="bg-panel px-3 py-1.5 font-sans text-small">
      <div className="rounded-md border border-line bg-card px-3 py-2">
        <p className="mb-1 text-micro text-fg3">{placeName(comment)}</p>
        {draft === undefined ? <CommentText id={id} comment={comment} /> : <CommentField id={id} comment={comment} draft={draft} />}
      </div>
    </div>
  );
}

function CommentText({ id, comment }: { readonly id: ConversationId; readonly comment: ReviewComment }) {
  const remove = () => {
    removeComment(id, comment.id);
    requestAnimationFrame(focusReview);
  };
  return (
    <div className="flex items-start gap-2">
      <p className="selectable min-w-0 flex-1 [overflow-wrap:anywhere] whitespace-pre-wrap text-fg">{comment.text}</p>
      <IconButton size="sm" label="Change the comment" onClick={() => editComment(comment)}>
        <Pencil size={13} aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Delete the comment" onClick={remove} data-testid="comment-delete">
        <Trash2 size={13} aria-hidden />
      </IconButton>
    </div>
  );
}

function CommentField({ id, comment, draft }: { readonly id: ConversationId; readonly comment: ReviewComment; readonly draft: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const isWanted = useReviewComments((state) => state.editing === comment.id);
  // The field may be drawn anew while it is scrolled: it takes the cursor only when it had it or was just asked for.
  useEffect(() => {
    if (!isWanted || field.current === null) return;
    field.current.focus({ preventScroll: true });
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [isWanted]);
  const close = (text: string) => {
    keepComment(id, comment.id, text);
    requestAnimationFrame(focusReview);
  };
  return (
    <>
      <textarea
        ref={field}
        aria-label={`Comment on ${placeName(comment)}`}
        data-testid="comment-text"
        value={draft}
        rows={3}
        maxLength={20_000}
        className="w-full resize-y rounded-sm border border-accent bg-inset px-2.5 py-1.5 text-ui text-fg select-text"
        onChange={(event) => draftComment(comment.id, event.target.value)}
        onBlur={() => useReviewComments.setState(({ editing }) => (editing === comment.id ? { editing: null } : {}))}
        onKeyDown={(event) => {
          // The keys of the review are letters: none of them is meant for it here.
          event.stopPropagation();
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") close(comment.text);
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) close(draft);
          else return;
          event.preventDefault();
        }}
      />
      <div className="mt-1 flex items-center justify-end gap-2">
        <span className="min-w-0 flex-1 text-micro text-fg3">Collected, and sent together with the others.</span>
        <Button size="sm" variant="ghost" onClick={() => close(comment.text)}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" disabled={draft.trim() === ""} onClick={() => close(draft)} data-testid="comment-keep">
          {comment.text === "" ? "Add comment" : "Change comment"}{" "}
          <Kbd className="ml-0.5 text-on-primary opacity-75">{shownKeys("Mod+Enter")}</Kbd>
        </Button>
      </div>
    </>
  );
}
