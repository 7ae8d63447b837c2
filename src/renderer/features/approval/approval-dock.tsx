import { useEffect, useMemo, useRef, useState } from "react";
import type { ApprovalAnswer, ApprovalRequest } from "../../../protocol/approval.ts";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { focusComposer, openDialogs } from "../../lib/focus.ts";
import { useConversation } from "../../state/conversation.ts";
import type { PendingApproval, ScriptStep } from "../../state/conversation-view.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import { type ApprovalGroup, groupApprovals } from "./approval-groups.ts";
import { conversationAnswer, type Decision } from "./approval-question.tsx";
import { choiceOf, onceAnswer } from "./left-out.ts";

/**
 * The open questions of the shown conversation, docked above the composer, one card per script. Never modal and never
 * takes the focus; Alt+Y allows the oldest question, Alt+A allows it for the conversation, Alt+N denies it.
 */
export function ApprovalDock() {
  const conversationId = useConversation((state) => state.id);
  // Questions are numbered in each conversation: what is being answered in one must not count in another.
  return <Dock key={conversationId} conversationId={conversationId} />;
}

function Dock({ conversationId }: { readonly conversationId: ConversationId | null }) {
  const approvals = useConversation((state) => state.view.approvals);
  const steps = useConversation((state) => state.view.steps);
  const groups = useMemo(() => groupApprovals(approvals), [approvals]);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const dock = useRef<HTMLDivElement>(null);
  const open = approvals.filter((approval) => !busy.has(approval.request.approvalId));

  const answer = async (asked: readonly PendingApproval[], decision: Decision) => {
    const questions = asked.flatMap(({ request }) => {
      const own = typeof decision === "function" ? decision(request) : decision;
      return own === null ? [] : [{ approvalId: request.approvalId, hash: request.hash, answer: own }];
    });
    if (conversationId === null || questions.length === 0) return;
    setFailure(null);
    const ids = questions.map(({ approvalId }) => approvalId);
    setBusy((before) => new Set([...before, ...ids]));
    const keepFocus = dock.current?.contains(document.activeElement) === true;
    const results = await Promise.allSettled(questions.map((question) => call("approvals.answer", { id: conversationId, ...question })));
    const failed = ids.filter((_, index) => results[index]?.status === "rejected");
    const reason = results.find((result) => result.status === "rejected")?.reason;
    if (failed.length > 0) {
      setFailure(asErrorData(reason));
      setBusy((before) => new Set([...before].filter((id) => !failed.includes(id))));
    }
    // The button that was pressed is gone: the focus goes on to the next question, else to where one writes.
    if (keepFocus)
      requestAnimationFrame(() => {
        const next = dock.current?.querySelector<HTMLElement>('[data-testid="approval-allow"]:enabled');
        if (next) next.focus();
        else focusComposer();
      });
  };
  const stop = async () => {
    if (conversationId === null) return;
    setFailure(null);
    try {
      await call("conversations.stop", { id: conversationId });
    } catch (error) {
      setFailure(asErrorData(error));
    }
  };
  useAnswerKeys(open, answer);
  if (approvals.length === 0) return null;
  const oldest = open[0]?.request.approvalId ?? null;
  return (
    <div ref={dock} role="region" aria-label="Approvals" className="-mx-3 flex max-h-[46vh] flex-col gap-2 overflow-y-auto px-3 pb-2">
      {failure === null ? null : (
        <ErrorState
          className="bg-panel"
          code={failure.code}
          message={failure.message}
          hint={failure.hint}
          action={
            <Button size="sm" variant="ghost" onClick={() => setFailure(null)}>
              Dismiss
            </Button>
          }
        />
      )}
      {groups.map((group) => (
        <ApprovalCard
          key={group.key}
          group={group}
          title={titleOf(group, steps)}
          oldest={oldest}
          busy={busy}
          onAnswer={(asked, decision) => void answer(asked, decision)}
          onStop={() => void stop()}
        />
      ))}
    </div>
  );
}

function titleOf(group: ApprovalGroup, steps: readonly { readonly kind: string }[]): string | null {
  if (group.scriptCallId === null) return null;
  const script = steps.find((step): step is ScriptStep => step.kind === "script" && "callId" in step && step.callId === group.scriptCallId);
  return script?.title ?? "A script";
}

/** A question that took the place of another is not answered by a key before it can have been seen, ms. */
const readingMs = 400;

/** By place of the key, so that layouts in which Alt writes another character work too. */
function useAnswerKeys(
  open: readonly PendingApproval[],
  answer: (asked: readonly PendingApproval[], decision: Decision) => Promise<void>,
): void {
  const latest = useRef({ open, answer });
  useEffect(() => {
    latest.current = { open, answer };
  });
  const oldest = open[0]?.request.approvalId ?? null;
  const came = useRef<{ readonly id: string | null; readonly at: number }>({ id: null, at: 0 });
  useEffect(() => {
    // One that slides into the place of another was not read yet.
    came.current = { id: oldest, at: came.current.id === null || oldest === null ? 0 : performance.now() };
  }, [oldest]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const first = latest.current.open[0];
      const decision = decisions[event.code];
      if (
        event.defaultPrevented ||
        event.repeat ||
        !event.altKey ||
        event.ctrlKey ||
        event.metaKey ||
        event.shiftKey ||
        decision === undefined ||
        first === undefined ||
        openDialogs() > 0
      )
        return;
      event.preventDefault();
      if (performance.now() - came.current.at < readingMs) return;
      void latest.current.answer([first], decision);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

const decisions: Readonly<Record<string, (request: ApprovalRequest) => ApprovalAnswer | null>> = {
  KeyY: onceAnswer,
  // What the boxes leave out is left out this once: there is no such answer for later ones.
  KeyA: (request) => (choiceOf(request).leaveOut.length > 0 ? null : conversationAnswer(request)),
  KeyN: () => ({ decision: "deny" }),
};
