import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { RawText } from "./raw-text.tsx";

/** The next model request as it would be sent, with the original prompt marked. */
export function RawView({ conversationId, onClose }: { readonly conversationId: ConversationId; readonly onClose: () => void }) {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  useEffect(() => {
    let gone = false;
    call("conversations.raw", { id: conversationId }).then(
      (raw) => gone || setText(raw.text),
      (thrown: unknown) => gone || setError(asErrorData(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [conversationId]);
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      tall
      title="Raw view"
      description="What the model gets with the next request"
      testId="raw-view"
      actions={text === null ? null : <CopyButton text={text} label="Copy all" size="md" />}
    >
      {error !== null ? (
        <ErrorState className="m-4" code={error.code} message={error.message} hint={error.hint} />
      ) : text === null ? (
        <LoadingState label="Reading the request" />
      ) : (
        <RawText text={text} />
      )}
    </Dialog>
  );
}
