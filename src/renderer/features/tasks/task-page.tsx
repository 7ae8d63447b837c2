import { ArrowUpToLine, FileDiff, MessageSquare, Play, RotateCcw, Square, SquareCode } from "lucide-react";
import { type DragEvent, type ReactNode, useMemo, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import { canResume, canRetry, canStop, isTaskOver, type TaskKind, type TaskRow } from "../../../protocol/task.ts";
import { asErrorData } from "../../lib/api.ts";
import { openLink, reportError } from "../../state/notices.ts";
import { showConversation, showDiffOf, showStartOf } from "../../state/task-places.ts";
import { cancelTask, promoteTask, runTaskAgain, sayOfTasks, settleLateAnswer } from "../../state/tasks.ts";
import { Button } from "../../ui/button.tsx";
import { CodeLines } from "../../ui/code-lines.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { cx } from "../../ui/cx.ts";
import { Markdown } from "../../ui/markdown.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { addToMessage, isEmptyDraft, useMessageDraft } from "./message-drafts.ts";
import { LateAnswer } from "./late-answer.tsx";
import { TaskFacts } from "./task-facts.tsx";
import { describeFiles, hasFiles, takesFiles } from "./task-files.ts";
import { TaskHistory } from "./task-history.tsx";
import { TaskResult } from "./task-result.tsx";
import { taskInput } from "./task-input.ts";
import { TaskLogView } from "./task-log.tsx";
import { TaskMessage } from "./task-message.tsx";
import { lateWords, taskLine } from "./task-words.ts";
import { useAnswer } from "./use-answer.ts";
import { useTaskLog } from "./use-task-log.ts";

const kindNames: Readonly<Record<TaskKind, string>> = {
  ask: "Question to a model",
  agent: "Agent with a conversation of its own",
  exec: "Command",
  script: "Detached script",
};

/** Everything known about one task, and everything one can do with it. */
export function TaskPage({ row, onClose }: { readonly row: TaskRow; readonly onClose: () => void }) {
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [stopped, setStopped] = useState<readonly string[] | null>(null);
  const draft = useMessageDraft(row.taskId);
  const [dropping, setDropping] = useState(false);
  /** While something is done its button does nothing: a second click would be refused, and look like a failure. */
  const [busy, setBusy] = useState(false);
  const act = (work: Promise<unknown>) => {
    setFailure(null);
    setBusy(true);
    work.catch((error: unknown) => setFailure(asErrorData(error))).finally(() => setBusy(false));
  };
  /** Leaves the page for a place in the window. */
  const leave = (work: Promise<unknown>) => {
    onClose();
    work.catch(reportError);
  };
  const settle = (choice: "inject" | "side" | "discard") =>
    act(
      settleLateAnswer(row.taskId, choice).then((id) =>
        choice === "side" && id !== null ? leave(showConversation(row.projectRoot, id)) : undefined,
      ),
    );
  const takes = takesFiles(row);
  const drop = {
    onDragOver(event: DragEvent) {
      if (!hasFiles(event) || !takes) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event: DragEvent) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setDropping(false),
    onDrop(event: DragEvent) {
      setDropping(false);
      if (!hasFiles(event) || !takes) return;
      event.preventDefault();
      act(
        describeFiles([...event.dataTransfer.files]).then(({ attachments, leftOut }) => {
          addToMessage(row.taskId, attachments);
          if (leftOut !== null) sayOfTasks(leftOut);
        }),
      );
    },
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={row.title}
      description={kindNames[row.kind]}
      wide
      testId="task-page"
      actions={
        !canStop(row) ? (
          <>
            {canResume(row) ? (
              <Button variant="accent" data-testid="task-resume" disabled={busy} onClick={() => act(runTaskAgain(row.taskId, "resume"))}>
                <Play size={12} aria-hidden /> Resume
              </Button>
            ) : null}
            {canRetry(row) ? (
              <Button data-testid="task-retry" disabled={busy} onClick={() => act(runTaskAgain(row.taskId, "retry"))}>
                <RotateCcw size={12} aria-hidden /> Retry
              </Button>
            ) : null}
          </>
        ) : (
          <Button
            variant="danger"
            data-testid="task-page-stop"
            disabled={busy}
            onClick={() => act(cancelTask(row.taskId).then(setStopped))}
          >
            <Square size={11} fill="currentColor" aria-hidden /> Stop
          </Button>
        )
      }
    >
      <div {...drop} data-testid="task-page-body" className={cx("flex flex-col gap-4 p-4", dropping && "bg-accent-soft")}>
        <Places row={row} busy={busy} onLeave={leave} onPromote={() => act(promoteTask(row.taskId))} />
        {failure === null ? null : <ErrorState code={failure.code} message={failure.message} hint={failure.hint} />}
        {stopped === null ? null : <Stopped names={stopped} />}
        {row.status === "needs_you" ? (
          <div role="status" className="flex items-center gap-3 rounded-md bg-warn-soft px-3 py-2 text-ui text-warn">
            <span className="selectable min-w-0 flex-1 [overflow-wrap:anywhere]">{taskLine(row)}</span>
            <Button
              size="sm"
              data-testid="task-answer"
              onClick={() => leave(showConversation(row.projectRoot, row.agentConversationId ?? row.conversationId))}
            >
              Answer it
            </Button>
          </div>
        ) : null}
        {row.late?.state === "waiting" ? <LateAnswer late={row.late} busy={busy} onChoose={settle} /> : null}
        {row.error === null || row.status === "cancelled" ? null : (
          <ErrorState code={row.error.code} message={row.error.message} hint={lateWords(row.late) ?? row.error.hint} />
        )}
        {takes || (row.kind === "agent" && !isEmptyDraft(draft)) ? <TaskMessage row={row} /> : null}
        <Contents row={row} />
      </div>
    </Dialog>
  );
}

/** The ways from the page to the rest of the window. */
function Places({
  row,
  busy,
  onLeave,
  onPromote,
}: {
  readonly row: TaskRow;
  readonly busy: boolean;
  readonly onLeave: (work: Promise<unknown>) => void;
  readonly onPromote: () => void;
}) {
  const { agentConversationId: agent, callId } = row;
  return (
    <nav aria-label="Places of this task" className="-mb-1 flex flex-wrap gap-1.5">
      {callId === null ? null : (
        <Button size="sm" data-testid="task-start" onClick={() => onLeave(showStartOf(row))}>
          <SquareCode size={12} aria-hidden />
          {row.scriptLine === null ? "Show the call that started it" : `Started by line ${row.scriptLine} of the script`}
        </Button>
      )}
      {isTaskOver(row.status) || row.notify === "wake" ? null : (
        <Button size="sm" data-testid="task-promote" disabled={busy} onClick={onPromote}>
          <ArrowUpToLine size={12} aria-hidden /> Bring to the foreground: wake the conversation with its result
        </Button>
      )}
      {agent === null ? null : (
        <Button size="sm" data-testid="task-conversation" onClick={() => onLeave(showConversation(row.projectRoot, agent))}>
          <MessageSquare size={12} aria-hidden /> Bring its conversation to the front
        </Button>
      )}
      {row.kind === "ask" || row.startedAt === null ? null : (
        <Button size="sm" data-testid="task-diff" onClick={() => onLeave(showDiffOf(row))}>
          <FileDiff size={12} aria-hidden /> Open its diff
        </Button>
      )}
    </nav>
  );
}

/** What was asked, what it printed, what it returned, and what happened to it. */
function Contents({ row }: { readonly row: TaskRow }) {
  const [whole, setWhole] = useState(false);
  const over = isTaskOver(row.status);
  /** The words of an ask are shown as they come: those of this try. */
  const arriving = row.kind === "ask" && !over && row.status !== "queued";
  const log = useTaskLog(row, { whole, from: arriving ? row.outputFrom : null });
  const input = taskInput(row.kind, row.input);
  const returned = useAnswer(row);
  // A log can be long, and a page is drawn many times a second: joined only where the words are shown.
  const arrived = useMemo(() => (arriving ? log.lines.join("\n") : null), [arriving, log]);
  const answer = arrived ?? returned.text;
  const answerTitle = row.kind === "agent" ? "Its last words" : "Answer";
  // The answer is shown as prose already.
  const result = useMemo(() => resultText(row.result), [row.result]);
  return (
    <>
      <TaskFacts row={row} input={input} />
      <Block title={input.title} text={input.text}>
        <CodeLines code={input.text} lang={input.lang} />
      </Block>
      {answer === null || answer === "" ? null : (
        <Block title={returned.partial && !arriving ? `${answerTitle}, as far as it had come` : answerTitle} text={answer}>
          <Markdown text={answer} streaming={!over} onLink={openLink} />
        </Block>
      )}
      {[returned.error, log.error].map((error, index) =>
        error === null ? null : <ErrorState key={index} code={error.code} message={error.message} hint={error.hint} />,
      )}
      {row.kind === "ask" && answer !== null && answer !== "" && (arriving || (row.run === 1 && row.attempt === 1)) ? null : (
        <TaskLogView
          log={log}
          title={log.truncated ? "Log, last part" : "Log"}
          emptyWords={log.loading ? "Reading the log" : over ? "It wrote nothing." : "Nothing yet."}
          onWhole={whole ? null : () => setWhole(true)}
        />
      )}
      {result === null || answer !== null ? null : <TaskResult row={row} text={result} />}
      <TaskHistory row={row} />
    </>
  );
}

function Stopped({ names }: { readonly names: readonly string[] }) {
  return (
    <div role="status" data-testid="task-stopped" className="rounded-md border border-line bg-inset px-3 py-2 text-small text-fg2">
      {names.length === 0 ? "It was over already: nothing was stopped." : `Stopped, and nothing of it runs any more:`}
      <ul className="selectable list-disc pl-4">
        {names.map((name, index) => (
          <li key={index}>{name}</li>
        ))}
      </ul>
    </div>
  );
}

function Block({ title, text, children }: { readonly title: string; readonly text: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-1 flex h-6 items-center justify-between">
        <h3 className="text-small font-medium text-fg2">{title}</h3>
        {text === "" ? null : <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />}
      </div>
      <div tabIndex={0} role="group" aria-label={title} className="max-h-80 overflow-auto rounded-md border border-line bg-inset px-3 py-2">
        {children}
      </div>
    </section>
  );
}

/** The structured result, unless it says nothing. */
function resultText(result: Json): string | null {
  if (result === null) return null;
  const text = JSON.stringify(result, null, 2);
  return text === "{}" || text === '""' ? null : text;
}
