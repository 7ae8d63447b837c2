import { useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { updateSettings } from "../../state/app.ts";
import { sendPrompt } from "../../state/conversation.ts";
import { useConversations } from "../../state/conversations.ts";
import { draftKey, dropSent, moveDraft, useDrafts } from "../../state/drafts.ts";
import { attachRanges, forgetRanges } from "./attach-ranges.ts";
import { leadingMode } from "./slash.ts";

/**
 * Sends the draft of the shown conversation. The draft goes only once main has the prompt, and only what was sent: what
 * is typed or attached meanwhile stays. `onFail` gets what went wrong and the conversation it belongs to.
 */
export function useSend(
  id: ConversationId | null,
  onFail: (error: unknown, at: ConversationId | null) => void,
): { readonly sending: boolean; readonly send: () => Promise<void> } {
  const [sending, setSending] = useState(false);
  const send = async () => {
    const key = draftKey(id);
    const text = useDrafts.getState().drafts[key]?.text ?? "";
    setSending(true);
    try {
      await attachRanges(id, text, true);
      const attachments = useDrafts.getState().drafts[key]?.attachments ?? [];
      const mode = leadingMode(text.trim());
      if (mode !== null) await updateSettings({ approval: mode.mode });
      const words = mode === null ? text.trim() : mode.rest;
      if (mode === null || words !== "" || attachments.length > 0) await sendPrompt(words, attachments, id);
      forgetRanges();
      dropSent(key, { text, attachments });
      // Typed between the key and the new conversation: it goes on there.
      if (id === null) followPerson(key, "");
    } catch (error) {
      // The conversation may have been made already: the text follows the person there.
      onFail(error, id === null ? followPerson(key, "\n") : id);
    } finally {
      setSending(false);
    }
  };
  return { sending, send };
}

/** Moves the draft of a new conversation into the one that is shown now; returns that. */
function followPerson(key: string, between: string): ConversationId | null {
  const now = useConversations.getState().selectedId;
  if (now !== null) moveDraft(key, now, between);
  return now;
}
