import { MessageSquare, Play, RotateCcw, Square } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Json } from "../../../protocol/json.ts";
import { canResume, canRetry, isTaskOver, type TaskKind, type TaskRow } from "../../../protocol/task.ts";
import { asErrorData } from "../../lib/api.ts";
import { formatCount, formatElapsed } from "../../lib/format.ts";
import { selectConversation } from "../../state/conversations.ts";
import { useNow } from "../../state/now.ts";
import { cancelTask, runTaskAgain, settleLateAnswer } from "../../state/tasks.ts";
import { Button } from "../../ui/button.tsx";
import { CodeLines } from "../../ui/code-lines.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { cx } from "../../ui/cx.ts";
import { ErrorState } from "../../ui/state-view.tsx";
import { LateAnswer } from "./late-answer.tsx";
import { deliveryWords, statusName } from "./task-words.ts";
import { taskInput } from "./task-input.ts";
import { TaskMark } from "./task-mark.tsx";
import { useTaskOutput } from "./use-task-output.ts";

/** Letters of a field that a column of the grid takes; longer ones get a row of their own. */
const factLength = 44;

const kindNames: Readonly<Record<TaskKind, string>> = {
  ask: "Question to a model",
  agent: "Agent with a conversation of its own",
  exec: "Command",
  script: "Detached script",
};

/** Everything known about one task: state, times, what was asked, what it wrote, how it ended. */
export function TaskPage({ row, onClose }: { readonly row: TaskRow; readonly onClose: () => void }) {
  const over = isTaskOver(row.status);
  const [problem, setProblem] = useState<string | null>(null);
  const output = useTaskOutput(row);
  const input = taskInput(row.kind, row.input);
  // The answer to a question is the output already.
  const result = row.kind === "ask" ? null : resultText(row.result, output.text);
  const long = input.details.filter(([, value]) => value.length > factLength);
  const act = (work: Promise<unknown>) => {
    setProblem(null);
    work.catch((error: unknown) => setProblem(asErrorData(error).message));
  };
  const show = (conversationId: string | null) => {
    onClose();
    if (conversationId !== null) selectConversation(conversationId);
  };
  const settle = (choice: "inject" | "side" | "discard") =>
    act(settleLateAnswer(row.taskId, choice).then((id) => (choice === "side" ? show(id) : undefined)));
  return (
    <Dialog
      open
      onClose={onClose}
      title={row.title}
      description={kindNames[row.kind]}
      wide
      testId="task-page"
      actions={
        <>
          {row.agentConversationId === null ? null : (
            <Button variant="ghost" data-testid="task-conversation" onClick={() => show(row.agentConversationId)}>
              <MessageSquare size={12} aria-hidden /> Open its conversation
            </Button>
          )}
          {over ? (
            <>
              {canResume(row) ? (
                <Button variant="accent" data-testid="task-resume" onClick={() => act(runTaskAgain(row.taskId, "resume"))}>
                  <Play size={12} aria-hidden /> Resume
                </Button>
              ) : null}
              {canRetry(row) ? (
                <Button data-testid="task-retry" onClick={() => act(runTaskAgain(row.taskId, "retry"))}>
                  <RotateCcw size={12} aria-hidden /> Retry
                </Button>
              ) : null}
            </>
          ) : (
            <Button variant="danger" onClick={() => act(cancelTask(row.taskId))}>
              <Square size={11} fill="currentColor" aria-hidden /> Stop
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4 p-4">
        <dl className="grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-6 gap-y-3">
          <Fact name="State">
            <span className="flex items-center gap-2">
              <TaskMark row={row} /> {statusName(row.status)}
            </span>
          </Fact>
          <Fact name={row.startedAt === null ? "Waiting for" : over ? "Took" : "Running for"}>
            <Elapsed row={row} />
          </Fact>
          <Fact name="Created">{clock(row.createdAt)}</Fact>
          {row.finishedAt === null ? null : <Fact name="Ended">{clock(row.finishedAt)}</Fact>}
          <Fact name="Last sign of life">{clock(row.lastEventAt)}</Fact>
          {row.callId === null ? null : (
            <Fact name="Started by">
              {row.scriptLine === null ? `Call ${row.callId}` : `Line ${row.scriptLine} of the script, call ${row.callId}`}
            </Fact>
          )}
          <Fact name="Result">{deliveryWords(row)}</Fact>
          <Fact name="Used">
            <span className="tabular">{usedWords(row)}</span>
          </Fact>
          {row.run === 1 ? null : <Fact name="Run">{row.run}</Fact>}
          {over || row.owner === null ? null : <Fact name="Process">{row.owner.pid}</Fact>}
          {input.details.map(([name, value]) =>
            value.length > factLength ? null : (
              <Fact key={name} name={label(name)}>
                {value}
              </Fact>
            ),
          )}
          <Fact name="Task">
            <code className="text-code">{row.taskId}</code>
          </Fact>
          {long.map(([name, value]) => (
            <Fact key={name} name={label(name)} wide>
              {value}
            </Fact>
          ))}
        </dl>
        {problem === null ? null : <ErrorState code="internal" message="That did not work." hint={problem} />}
        {row.late?.state === "waiting" ? <LateAnswer late={row.late} onChoose={settle} /> : null}
        {row.error === null ? null : <ErrorState code={row.error.code} message={row.error.message} hint={row.error.hint} />}
        <Block title={input.title} text={input.text}>
          <CodeLines code={input.text} lang={input.lang} />
        </Block>
        {output.error !== null ? (
          <ErrorState code={output.error.code} message={output.error.message} hint={output.error.hint} />
        ) : (
          <Block title={output.truncated ? "Output, last part" : "Output"} text={output.text}>
            <pre data-testid="task-output" className="selectable text-code [overflow-wrap:anywhere] whitespace-pre-wrap">
              {output.text === "" ? (
                <span className="text-fg3">{output.loading ? "Reading the output" : over ? "It wrote nothing." : "Nothing yet."}</span>
              ) : (
                output.text
              )}
            </pre>
          </Block>
        )}
        {result === null ? null : (
          <Block title="Returned" text={result}>
            <CodeLines code={result} lang="json" />
          </Block>
        )}
      </div>
    </Dialog>
  );
}

function Fact({ name, wide, children }: { readonly name: string; readonly wide?: boolean; readonly children: ReactNode }) {
  return (
    <div className={cx("min-w-0", wide === true && "col-span-full")}>
      <dt className="text-micro text-fg3">{name}</dt>
      <dd className="selectable text-ui text-fg [overflow-wrap:anywhere]">{children}</dd>
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

/** `maxTokens` of an input as the page writes its names: `Max tokens`. */
function label(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Elapsed({ row }: { readonly row: TaskRow }) {
  const now = useNow(row.finishedAt === null);
  return <span className="tabular">{formatElapsed((row.finishedAt ?? now) - (row.startedAt ?? row.createdAt))}</span>;
}

function usedWords({ used, budget }: TaskRow): string {
  const of = (value: number, limit: number | undefined, word: string): string =>
    limit === undefined ? formatCount(value, word) : `${value.toLocaleString("en")} of ${formatCount(limit, word)}`;
  const usd = used.usd === null ? "" : `, $${used.usd.toFixed(2)}`;
  return `${of(used.tokens, budget?.tokens, "token")}, ${of(used.calls, budget?.calls, "call")}${usd}`;
}

function clock(time: number): string {
  return new Date(time).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** The structured result, unless it says no more than the output does. */
function resultText(result: Json, output: string): string | null {
  if (result === null || result === output) return null;
  const text = JSON.stringify(result, null, 2);
  return text === "{}" || text === '""' ? null : text;
}
