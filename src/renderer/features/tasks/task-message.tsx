import { ArrowUp, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { canResume, isTaskOver, type TaskRow } from "../../../protocol/task.ts";
import { asErrorData } from "../../lib/api.ts";
import { messageTask } from "../../state/tasks.ts";
import { IconButton } from "../../ui/button.tsx";
import { FileMark } from "../../ui/file-mark.tsx";
import { changeMessageDraft, dropSentMessage, isEmptyDraft, type MessageDraft, useMessageDraft } from "./message-drafts.ts";
import { wordsFor } from "./task-files.ts";
import { errorWords } from "./task-words.ts";

/** A word to an agent at work, with files it may read from then on. It enters the agent's next request. */
export function TaskMessage({ row }: { readonly row: TaskRow }) {
  const draft = useMessageDraft(row.taskId);
  const { text, files } = draft;
  const change = (news: Partial<MessageDraft>) => changeMessageDraft(row.taskId, () => news);
  const over = isTaskOver(row.status);
  const [said, setSaid] = useState<{ readonly words: string; readonly bad: boolean } | null>(null);
  const [sending, setSending] = useState(false);
  const canSend = !over && !sending && !isEmptyDraft(draft);
  const send = async () => {
    if (!canSend) return;
    setSending(true);
    try {
      await messageTask(row.taskId, wordsFor(text, files), files);
      dropSentMessage(row.taskId, draft);
      setSaid({ words: "Sent: it enters the agent’s next request.", bad: false });
    } catch (error) {
      setSaid({ words: errorWords(asErrorData(error)), bad: true });
    } finally {
      setSending(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <section aria-label="Message to the agent" data-testid="task-message">
      <div className="rounded-md border border-strong bg-inset focus-within:border-deco">
        {files.length === 0 ? null : (
          <ul aria-label="Files for the agent" className="flex flex-wrap gap-1.5 px-2.5 pt-2">
            {files.map((file) => (
              <li
                key={file.path}
                title={file.path}
                className="flex h-6 items-center gap-1.5 rounded-sm border border-line bg-raise pl-2 text-small"
              >
                <FileMark name={file.name} kind={file.kind} />
                {file.name}
                <IconButton
                  size="sm"
                  label={`Remove ${file.name}`}
                  onClick={() => change({ files: files.filter((each) => each !== file) })}
                >
                  <X size={11} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        <div className="flex items-end gap-2 py-1.5 pr-1.5 pl-2.5">
          <textarea
            aria-label="Message to the agent"
            placeholder="Tell the agent something while it works. Drop files here."
            rows={Math.min(6, text.split("\n").length)}
            value={text}
            onChange={(event) => change({ text: event.target.value })}
            onKeyDown={onKeyDown}
            data-testid="task-message-text"
            className="min-h-6 flex-1 resize-none bg-transparent py-0.5 text-ui text-fg outline-none select-text placeholder:text-fg3"
          />
          <IconButton label="Send" keys="Enter" size="sm" disabled={!canSend} onClick={() => void send()} data-testid="task-message-send">
            <ArrowUp size={14} aria-hidden />
          </IconButton>
        </div>
      </div>
      <p role="status" className={said?.bad === true ? "mt-1 text-small text-del" : "mt-1 text-small text-fg3"}>
        {over ? endedWords(row) : said?.words}
      </p>
    </section>
  );
}

/** Why what was written cannot be sent any more, and what to do with it. */
function endedWords(row: TaskRow): string {
  return canResume(row)
    ? "The agent has ended before this was sent. Resume it, then send it."
    : "The agent has ended before this was sent. Say it in its conversation, or copy it from here.";
}
