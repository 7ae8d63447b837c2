import { create } from "zustand";
import type { ConversationId } from "../../../protocol/ids.ts";
import { updateSettings } from "../../state/app.ts";
import { sendPrompt } from "../../state/conversation.ts";
import { createConversation } from "../../state/conversations.ts";
import { type DraftKey, draftKey, dropSent, moveDraft, useDrafts } from "../../state/drafts.ts";
import { attachRanges, forgetRanges } from "./attach-ranges.ts";
import { leadingMode } from "./slash.ts";

/** The drafts that are on their way to main: each waits for its own answer and keeps no other one waiting. */
export const useSending = create<{ readonly keys: ReadonlySet<DraftKey> }>()(() => ({ keys: new Set() }));

/**
 * Sends the draft of a conversation; null: of the one that it makes in the open project. The draft goes only once main has the
 * prompt, and only what was sent: what is typed or attached meanwhile stays, or follows into the conversation that was made. When
 * it fails nothing is lost, and `onFail` gets what went wrong and the draft that has the prompt now. Never rejects. A draft that is
 * on its way already is left alone.
 */
export async function sendDraft(id: ConversationId | null, onFail: (error: unknown, at: DraftKey) => void): Promise<void> {
  const key = draftKey(id);
  if (useSending.getState().keys.has(key)) return;
  mark(key, true);
  let to = id;
  try {
    const text = useDrafts.getState().drafts[key]?.text ?? "";
    await attachRanges(id, text, true);
    const attachments = useDrafts.getState().drafts[key]?.attachments ?? [];
    const mode = leadingMode(text.trim());
    if (mode !== null) await updateSettings({ approval: mode.mode });
    const words = mode === null ? text.trim() : mode.rest;
    if (mode === null || words !== "" || attachments.length > 0) {
      // Another project was opened meanwhile: the prompt is not for that one, and waits in its own.
      if (draftKey(id) !== key) return;
      to ??= (await createConversation()).id;
      mark(to, true);
      await sendPrompt(words, attachments, to);
    }
    forgetRanges();
    dropSent(key, { text, attachments });
    // Typed between the key and the new conversation: it goes on there.
    if (to !== null) moveDraft(key, to);
  } catch (error) {
    // The conversation may have been made already: the prompt is found there.
    if (to !== null) moveDraft(key, to, "\n");
    onFail(error, to ?? key);
  } finally {
    mark(key, false);
    if (to !== null) mark(to, false);
  }
}

function mark(key: DraftKey, sending: boolean): void {
  useSending.setState(({ keys }) => ({ keys: new Set(sending ? [...keys, key] : [...keys].filter((each) => each !== key)) }));
}
