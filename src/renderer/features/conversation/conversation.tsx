import { ArrowDown } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData } from "../../lib/api.ts";
import { reloadConversation, sendPrompt, useConversation } from "../../state/conversation.ts";
import { useFind } from "../../state/find.ts";
import { useLayout } from "../../state/layout.ts";
import { queuedMessages, type ScriptStep, type UserStep } from "../../state/conversation-view.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { ErrorBoundary } from "../../ui/error-boundary.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/virtual-list.tsx";
import { activityOf } from "./activity.ts";
import { ConversationHead } from "./conversation-head.tsx";
import { EmptyConversation } from "./empty-conversation.tsx";
import { draftHeight } from "./draft-lines.tsx";
import { FindBar } from "./find-bar.tsx";
import { createGrowingRows } from "./growing-rows.ts";
import { PinnedPrompt } from "./pinned-prompt.tsx";
import { usePrompts } from "./use-prompts.ts";
import { freshDraft } from "./patch-card.tsx";
import { holdsCall, type Row } from "./rows.ts";
import { RowView } from "./row-view.tsx";
import { SaidLine } from "./said-line.tsx";
import { RunningRow } from "./small-rows.tsx";

/** The middle of the window: the shown conversation with its head; `renderScript` draws script cards, `children` stands below (composer). */
export function Conversation({
  renderScript,
  children,
}: {
  readonly renderScript: (step: ScriptStep) => ReactNode;
  readonly children: ReactNode;
}) {
  const status = useConversation((state) => state.status);
  const error = useConversation((state) => state.error);
  const empty = useConversation((state) => state.view.steps.length === 0);
  const id = useConversation((state) => state.id);
  const [failed, setFailed] = useState<{ readonly at: ConversationId | null; readonly error: ErrorData } | null>(null);
  const fail = useCallback((thrown: unknown) => setFailed({ at: useConversation.getState().id, error: asErrorData(thrown) }), []);
  const failure = failed?.at === id ? (failed?.error ?? null) : null;
  return (
    <section
      aria-label="Conversation"
      data-testid="conversation"
      data-conversation={id ?? ""}
      className="@container relative flex h-full min-w-0 flex-col bg-panel"
    >
      <ConversationHead onError={fail} />
      <SaidLine />
      {failure === null ? null : (
        <ErrorState
          className="mx-6 mt-3"
          code={failure.code}
          message={failure.message}
          hint={failure.hint}
          action={
            <Button size="sm" variant="ghost" onClick={() => setFailed(null)}>
              Dismiss
            </Button>
          }
        />
      )}
      <div className="relative min-h-0 flex-1">
        {status === "failed" && error !== null ? (
          <ErrorState
            className="mx-auto mt-6 max-w-160"
            code={error.code}
            message={error.message}
            hint={error.hint}
            action={
              <Button size="sm" onClick={reloadConversation}>
                Try again
              </Button>
            }
          />
        ) : status === "loading" ? (
          <LoadingState label="Opening the conversation" />
        ) : empty ? (
          <EmptyConversation />
        ) : (
          <Thread key={id} renderScript={renderScript} onError={fail} />
        )}
      </div>
      {children}
    </section>
  );
}

function Thread({
  renderScript,
  onError,
}: {
  readonly renderScript: (step: ScriptStep) => ReactNode;
  readonly onError: (error: unknown) => void;
}) {
  const view = useConversation((state) => state.view);
  const [grow] = useState(createGrowingRows);
  const { rows, keyOf } = useMemo(() => grow(view.steps, queuedMessages(view)), [grow, view]);
  const activity = useMemo(() => activityOf(view), [view]);
  const list = useRef<VirtualListHandle>(null);
  const [atEnd, setAtEnd] = useState(true);
  const lastPrompt = rows.findLastIndex((row) => row.kind === "user" && row.source === "user");
  const prompt = rows[lastPrompt];
  const retry = useCallback(() => {
    if (prompt?.kind === "user") sendPrompt(prompt.text, prompt.attachments).catch(onError);
  }, [prompt, onError]);
  const prompts = usePrompts(rows, list);
  const findOpen = useFind((state) => state.open);
  useJumpToCall(rows, list);
  const promptKey = prompt?.key;
  const seenPrompt = useRef(promptKey);
  useEffect(() => {
    if (promptKey === seenPrompt.current) return;
    seenPrompt.current = promptKey;
    list.current?.toEnd();
  }, [promptKey]);
  const render = (index: number) => {
    const row = rows[index];
    if (row === undefined) return activity === null ? <div /> : <RunningRow activity={activity} first={beginsAgentPart(rows, index)} />;
    const canRetry = row.kind === "end" && row.status === "failed" && index === rows.length - 1 && isPrompt(prompt);
    return (
      <ErrorBoundary name="This step" place="row">
        <RowView row={row} first={beginsAgentPart(rows, index)} onRetry={canRetry ? retry : null} renderScript={renderScript} />
      </ErrorBoundary>
    );
  };
  return (
    <>
      <VirtualList
        handle={list}
        label="Messages"
        // The row of what runs now is always there, empty when nothing does, and has a new key whenever a row came
        // before it: the list follows only when it got longer at its end.
        count={rows.length + 1}
        keyOf={keyOf}
        render={render}
        estimate={(index) => estimate(rows[index])}
        onAtEnd={setAtEnd}
        onTop={prompts.onTop}
        rowClass={(index) =>
          cx("flex justify-center px-6 [&>*]:w-full [&>*]:max-w-[684px]", activity === null && index === rows.length - 1 && "ends-thread")
        }
      />
      {prompts.pinned === null ? null : <PinnedPrompt prompt={prompts.pinned} onGo={() => prompts.go(prompts.pinned?.key ?? "")} />}
      {findOpen ? <FindBar rows={rows} list={list} /> : null}
      {atEnd ? null : (
        <IconButton
          label="To the end"
          size="sm"
          data-testid="to-end"
          // Beside the column, never on its text: the gutter is 24 px, the scroll bar 10.
          className="absolute bottom-3 left-[min(50%_+_350px,100%_-_34px)] rounded-full! border border-strong bg-card shadow-composer"
          onClick={() => list.current?.toEnd()}
        >
          <ArrowDown size={13} aria-hidden />
        </IconButton>
      )}
    </>
  );
}

/** Goes to a call that another part of the window asked for. */
function useJumpToCall(rows: readonly Row[], list: React.RefObject<VirtualListHandle | null>): void {
  const jump = useLayout((state) => state.jump);
  const latest = useRef(rows);
  useEffect(() => {
    latest.current = rows;
  }, [rows]);
  useEffect(() => {
    if (jump === null) return;
    const at = latest.current.findIndex((row) => holdsCall(row, jump.callId));
    // Below the prompt that will be pinned there.
    if (at >= 0) list.current?.toIndex(at, 44);
    // A script card takes the jump itself, once it is drawn.
    if (latest.current[at]?.kind !== "script") useLayout.setState({ jump: null });
  }, [jump, list]);
}

function isPrompt(row: Row | undefined): row is UserStep {
  return row?.kind === "user";
}

function beginsAgentPart(rows: readonly Row[], index: number): boolean {
  const before = rows[index - 1];
  return before === undefined || before.kind === "user" || before.kind === "end";
}

/** A first guess at heights; rows are measured when they are drawn. */
function estimate(row: Row | undefined): number {
  switch (row?.kind) {
    case "user":
      return 90 + Math.ceil(Math.min(row.text.length, 1_600) / 80) * 22;
    case "text":
      return 30 + Math.ceil(row.text.length / 85) * 22;
    case "script":
      return 140 + Math.min(19, row.code.split("\n").length) * 20 + Math.min(14, row.calls.length) * 23;
    case "patch": {
      const draft = freshDraft(row);
      return 92 + (draft === null ? 0 : draftHeight(draft));
    }
    case "end":
      return 48;
    case undefined:
      return 36;
    default:
      return 34;
  }
}
