import { attachmentKey } from "../../../protocol/attachment.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { focusComposer } from "../../lib/focus.ts";
import { attachmentFact } from "../../lib/attachment-fact.ts";
import { changeDraft, draftOf, useDrafts } from "../../state/drafts.ts";
import { closePasted, usePasted } from "../../state/pasted.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";

/** Characters that are drawn; a longer text is cut for the eye only. */
const shownChars = 200_000;

/** A pasted text in full. While its prompt is not sent it can become part of the prompt's text. */
export function PastedDialog({ id }: { readonly id: ConversationId | null }) {
  const { shown, text, error } = usePasted();
  const key = shown === null ? null : attachmentKey(shown);
  const isDraft = useDrafts((state) => draftOf(state.drafts, id).attachments.some((each) => attachmentKey(each) === key));
  if (shown === null) return null;
  const putIntoText = () => {
    const draft = draftOf(useDrafts.getState().drafts, id);
    const gap = draft.text === "" || draft.text.endsWith("\n") ? "" : "\n";
    changeDraft(id, {
      text: `${draft.text}${gap}${text ?? ""}`,
      attachments: draft.attachments.filter((each) => attachmentKey(each) !== key),
    });
    closePasted();
    setTimeout(focusComposer);
  };
  return (
    <Dialog
      open
      wide
      onClose={closePasted}
      title="Pasted text"
      description={attachmentFact(shown)}
      testId="pasted-dialog"
      actions={
        isDraft && text !== null ? (
          <Button size="sm" onClick={putIntoText} data-testid="pasted-into-text">
            Put into the text
          </Button>
        ) : undefined
      }
    >
      {error !== null ? (
        <ErrorState className="m-4" code={error.code} message={error.message} hint={error.hint} />
      ) : text === null ? (
        <LoadingState label="Reading" />
      ) : (
        <pre className="selectable p-4 text-code whitespace-pre-wrap [overflow-wrap:anywhere]">
          {text.length > shownChars ? `${text.slice(0, shownChars)}\n…` : text}
        </pre>
      )}
    </Dialog>
  );
}
