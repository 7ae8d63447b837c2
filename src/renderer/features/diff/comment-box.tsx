import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import {
  commentsOf,
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

/** A remark between the lines of a diff: its text, or the field it is written in. */
export function CommentBox({ id, comment: begun }: { readonly id: ConversationId; readonly comment: ReviewComment }) {
  // The diff keeps what it was given; what was written since is in the store.
  const comment = useReviewComments((state) => commentsOf(state.comments, id).find((one) => one.id === begun.id) ?? begun);
  const editing = useReviewComments((state) => state.editing === comment.id);
  return (
    <div data-testid="review-comment" className="border-y border-line bg-panel px-3 py-2 font-sans text-small">
      <p className="mb-1 text-micro text-fg3">{placeName(comment)}</p>
      {editing ? <CommentField id={id} comment={comment} /> : <CommentText id={id} comment={comment} />}
    </div>
  );
}

function CommentText({ id, comment }: { readonly id: ConversationId; readonly comment: ReviewComment }) {
  return (
    <div className="flex items-start gap-2">
      <p className="selectable min-w-0 flex-1 [overflow-wrap:anywhere] whitespace-pre-wrap text-fg">{comment.text}</p>
      <IconButton size="sm" label="Change the comment" onClick={() => editComment(comment.id)}>
        <Pencil size={13} aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Delete the comment" onClick={() => removeComment(id, comment.id)} data-testid="comment-delete">
        <Trash2 size={13} aria-hidden />
      </IconButton>
    </div>
  );
}

function CommentField({ id, comment }: { readonly id: ConversationId; readonly comment: ReviewComment }) {
  const [text, setText] = useState(comment.text);
  const keep = () => keepComment(id, comment.id, text);
  return (
    <>
      <textarea
        autoFocus
        aria-label={`Comment on ${placeName(comment)}`}
        data-testid="comment-text"
        value={text}
        rows={3}
        maxLength={20_000}
        className="w-full resize-y rounded-sm border border-accent bg-inset px-2.5 py-1.5 text-ui text-fg select-text"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // The keys of the review are letters: none of them is meant for it here.
          event.stopPropagation();
          if (event.key === "Escape") keepComment(id, comment.id, comment.text);
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
          else return;
          event.preventDefault();
        }}
      />
      <div className="mt-1 flex items-center justify-end gap-2">
        <span className="text-micro text-fg3">Collected, and sent together with the others.</span>
        <Button size="sm" variant="ghost" onClick={() => keepComment(id, comment.id, comment.text)}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" disabled={text.trim() === ""} onClick={keep} data-testid="comment-keep">
          Add comment <Kbd className="ml-0.5 text-on-primary opacity-75">{shownKeys("Mod+Enter")}</Kbd>
        </Button>
      </div>
    </>
  );
}
