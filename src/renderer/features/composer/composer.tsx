import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { attachmentKey } from "../../../protocol/attachment.ts";
import { call, pathOf } from "../../lib/api.ts";
import { addToDraft } from "../../state/add-files.ts";
import { useApp } from "../../state/app.ts";
import { stopTurn, useConversation } from "../../state/conversation.ts";
import { runningTurn } from "../../state/conversation-view.ts";
import { useConversations } from "../../state/conversations.ts";
import { attach, changeDraft, draftKey, draftOf, useDrafts } from "../../state/drafts.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { ErrorState } from "../../ui/state-view.tsx";
import { attachRanges } from "./attach-ranges.ts";
import { Chips } from "./chips.tsx";
import { ComposerBar } from "./composer-bar.tsx";
import { PastedDialog } from "./pasted-dialog.tsx";
import { Queue } from "./queue.tsx";
import { recall } from "./recall.ts";
import { sendDraft, useSending } from "./send-draft.ts";
import { listId, SuggestionList } from "./suggestion-list.tsx";
import { useFileDrop } from "./use-file-drop.ts";
import { useSuggestions } from "./use-suggestions.ts";
import { useTrouble } from "./use-trouble.ts";

/** Height of the text at most, px; above it scrolls. */
const maxTextHeight = 260;

/** A paste of more characters becomes a chip. */
const longPaste = 2_000;

/** Where a person writes: text, chips, mode, model, send or stop. `dock` stands above it (approvals). */
export function Composer({ dock }: { readonly dock: ReactNode }) {
  const id = useConversations((state) => state.selectedId);
  const draft = useDrafts((state) => draftOf(state.drafts, id));
  const root = useApp((state) => state.app?.project?.root ?? null);
  const running = useConversation((state) => runningTurn(state.view) !== null);
  const key = draftKey(id);
  const { failure, problem, fail, warn, forget } = useTrouble(key);
  const sending = useSending(({ keys }) => keys.has(key));
  const input = useRef<HTMLTextAreaElement>(null);
  const suggestions = useSuggestions(id, draft.text, input);

  const take = useCallback(
    (files: readonly File[]) => {
      const target = useConversations.getState().selectedId;
      const at = draftKey(target);
      addToDraft(target, files).then(
        ({ problem: words }) => {
          warn(words, at);
          input.current?.focus();
        },
        (error: unknown) => fail(error, at),
      );
    },
    [fail, warn],
  );
  const drag = useFileDrop(take);
  const canSend = !sending && (draft.text.trim() !== "" || draft.attachments.length > 0);

  const send = () => {
    if (!canSend) return;
    forget();
    void sendDraft(id, fail).then(() => input.current?.focus());
  };
  const stop = () => void stopTurn().catch(fail);
  const pick = () =>
    void call("attachments.pick", {}).then(({ attachments }) => {
      attach(id, attachments);
      input.current?.focus();
    }, fail);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || suggestions.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && running) {
      event.preventDefault();
      stop();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !event.altKey && !event.shiftKey) {
      const text = recall(event.key === "ArrowUp" ? "older" : "newer", draft.text);
      if (text === undefined) return;
      event.preventDefault();
      changeDraft(id, { text });
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const { files } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain");
    // A table or a slide is on the clipboard as a text and as a picture of it: the text is what one can work with.
    const isDrawnText = text.trim() !== "" && [...files].every((file) => file.type.startsWith("image/") && pathOf(file) === "");
    if (files.length > 0 && !isDrawnText) take([...files]);
    else if (text.length > longPaste) call("attachments.paste", { text }).then((file) => attach(id, [file]), fail);
    else {
      // The text itself is put in by the browser.
      attachRanges(id, text, true).catch(fail);
      return;
    }
    event.preventDefault();
  };

  // Another project or a conversation to be begun: what is typed next is its prompt.
  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    element.focus();
    // Behind what was typed before the composer was there.
    element.setSelectionRange(element.value.length, element.value.length);
  }, [root]);
  useEffect(() => {
    if (id === null) input.current?.focus();
  }, [id]);

  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    element.style.height = "0";
    element.style.height = `${Math.min(element.scrollHeight, maxTextHeight)}px`;
  }, [draft.text, id]);

  return (
    <div className="shrink-0 px-6 pb-4">
      <div className="mx-auto w-full max-w-[684px]">
        {dock}
        <Queue />
        <PastedDialog id={id} />
        {failure === null ? null : (
          <ErrorState
            className="mb-2"
            code={failure.code}
            message={failure.message}
            hint={failure.hint}
            action={
              <Button size="sm" variant="ghost" onClick={forget}>
                Dismiss
              </Button>
            }
          />
        )}
        {problem === null ? null : (
          <p role="status" data-testid="composer-problem" className="mb-2 px-1 text-small text-warn">
            {problem}
          </p>
        )}
        <div
          className={cx(
            "relative rounded-xl border bg-card shadow-composer transition-colors duration-100 focus-within:border-deco",
            drag === null ? "border-strong" : "border-accent",
          )}
        >
          <Chips
            attachments={draft.attachments}
            drag={drag}
            onRemove={(key) => changeDraft(id, { attachments: draft.attachments.filter((file) => attachmentKey(file) !== key) })}
          />
          <div className="relative">
            {suggestions.open ? (
              <SuggestionList
                items={suggestions.items}
                current={suggestions.current}
                empty={suggestions.empty}
                place={suggestions.place}
                onPoint={suggestions.point}
                onChoose={suggestions.choose}
              />
            ) : null}
            <textarea
              ref={input}
              data-testid="composer-input"
              aria-label="Prompt"
              autoFocus
              rows={1}
              spellCheck={false}
              value={draft.text}
              placeholder={running ? "Enter adds a message to this turn. Esc stops it" : "Describe the work. Drop files anywhere"}
              aria-autocomplete="list"
              aria-controls={suggestions.open ? listId : undefined}
              aria-activedescendant={suggestions.open && suggestions.current >= 0 ? `${listId}-${suggestions.current}` : undefined}
              onChange={(event) => {
                changeDraft(id, { text: event.target.value });
                attachRanges(id, event.target.value, false).catch(fail);
                suggestions.onCaret();
              }}
              onSelect={suggestions.onCaret}
              onBlur={suggestions.onCaret}
              onKeyDown={onKeyDown}
              onPaste={onPaste}
              className="block min-h-[46px] w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 pb-1 text-prose text-fg select-text placeholder:text-fg3 focus-visible:outline-none"
            />
          </div>
          <ComposerBar running={running} canSend={canSend} onPick={pick} onSend={send} onStop={stop} onError={fail} />
        </div>
      </div>
    </div>
  );
}
