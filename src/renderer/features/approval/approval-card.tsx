import { CircleAlert, MessageSquareText } from "lucide-react";
import { useState } from "react";
import type { ApprovalAnswer } from "../../../protocol/approval.ts";
import type { PendingApproval } from "../../state/conversation-view.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { TextField } from "../../ui/field.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { type ApprovalGroup, questionOf, showInvisible } from "./approval-groups.ts";

type OnAnswer = (asked: readonly PendingApproval[], answer: ApprovalAnswer) => void;

/** The questions of one script, or one of the model's own calls. */
export function ApprovalCard({
  group,
  title,
  oldest,
  busy,
  onAnswer,
}: {
  readonly group: ApprovalGroup;
  /** Title of the script; null for a direct call. */
  readonly title: string | null;
  /** The question the keys answer. */
  readonly oldest: string | null;
  readonly busy: ReadonlySet<string>;
  readonly onAnswer: OnAnswer;
}) {
  const { approvals } = group;
  const tools = new Set(approvals.map((approval) => approval.request.tool));
  const open = approvals.filter((approval) => !busy.has(approval.request.approvalId));
  const question = questionOf(tools.size === 1 ? ([...tools][0] ?? "") : "", approvals.length);
  return (
    <section
      aria-label={question}
      data-testid="approval-card"
      data-count={approvals.length}
      className="shrink-0 overflow-hidden rounded-xl border border-strong bg-card shadow-composer"
    >
      <div className="flex min-h-10 items-center gap-2 bg-warn-soft py-1.5 pr-2 pl-3.5">
        <CircleAlert size={15} aria-hidden className="shrink-0 text-warn" />
        <h2 className="shrink-0 text-ui font-semibold">{question}</h2>
        {title === null ? <span className="flex-1" /> : <span className="min-w-0 flex-1 truncate text-small text-fg2">from {title}</span>}
        {approvals.length < 2 ? null : (
          <>
            <Button variant="ghost" size="sm" disabled={open.length === 0} onClick={() => onAnswer(open, { decision: "deny" })}>
              Deny all
            </Button>
            <Button
              size="sm"
              data-testid="approval-allow-all"
              disabled={open.length === 0}
              onClick={() => onAnswer(open, { decision: "allow", scope: "once" })}
            >
              Allow all {approvals.length}
            </Button>
          </>
        )}
      </div>
      <ul>
        {approvals.map((approval) => (
          <Question
            key={approval.request.approvalId}
            approval={approval}
            keyed={approval.request.approvalId === oldest}
            busy={busy.has(approval.request.approvalId)}
            onAnswer={onAnswer}
          />
        ))}
      </ul>
    </section>
  );
}

function Question({
  approval,
  keyed,
  busy,
  onAnswer,
}: {
  readonly approval: PendingApproval;
  readonly keyed: boolean;
  readonly busy: boolean;
  readonly onAnswer: OnAnswer;
}) {
  const { request } = approval;
  const [note, setNote] = useState<string | null>(null);
  const deny = () =>
    onAnswer([approval], note === null || note.trim() === "" ? { decision: "deny" } : { decision: "deny", note: note.trim() });
  return (
    <li data-testid="approval" data-approval-id={request.approvalId} className="border-t border-line px-3.5 py-2.5">
      <pre
        tabIndex={0}
        aria-label="What will happen"
        className="selectable max-h-40 overflow-auto rounded-sm border border-line bg-inset px-2.5 py-1.5 text-code [overflow-wrap:anywhere] whitespace-pre-wrap text-fg"
      >
        {showInvisible(request.summary)}
      </pre>
      {request.justification === undefined ? null : (
        <p className="selectable mt-1.5 text-small text-fg2 [overflow-wrap:anywhere]">
          <span className="text-fg3">The agent says: </span>
          {showInvisible(request.justification)}
        </p>
      )}
      {note === null ? null : (
        <TextField
          autoFocus
          aria-label="Why not; the agent reads it"
          placeholder="Why not? The agent reads this."
          value={note}
          maxLength={4_000}
          className="mt-2"
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") deny();
            if (event.key === "Escape") {
              event.stopPropagation();
              setNote(null);
            }
          }}
        />
      )}
      <div className="mt-2 flex flex-wrap items-center justify-end gap-x-3 gap-y-1.5">
        <p className="selectable min-w-0 grow basis-40 text-small text-fg2">
          {request.reason}
          {request.scriptLine === undefined ? null : <span className="text-fg3"> · line {request.scriptLine}</span>}
        </p>
        <div className="flex shrink-0 items-center gap-1.5">
          {note === null ? (
            <IconButton label="Deny with a note" disabled={busy} onClick={() => setNote("")}>
              <MessageSquareText size={14} aria-hidden />
            </IconButton>
          ) : null}
          <Button variant="ghost" disabled={busy} onClick={deny} data-testid="approval-deny">
            Deny <Keys shown={keyed}>Alt N</Keys>
          </Button>
          <Button
            disabled={busy}
            onClick={() => onAnswer([approval], { decision: "allow", scope: "conversation" })}
            data-testid="approval-allow-conversation"
          >
            Allow for this conversation <Keys shown={keyed}>Alt A</Keys>
          </Button>
          <Button
            variant="primary"
            disabled={busy}
            onClick={() => onAnswer([approval], { decision: "allow", scope: "once" })}
            data-testid="approval-allow"
          >
            Allow once{" "}
            <Keys shown={keyed} onPrimary>
              Alt Y
            </Keys>
          </Button>
        </div>
      </div>
    </li>
  );
}

function Keys({ shown, onPrimary, children }: { readonly shown: boolean; readonly onPrimary?: boolean; readonly children: string }) {
  return shown ? <Kbd className={cx("ml-0.5", onPrimary === true && "text-on-primary opacity-75")}>{children}</Kbd> : null;
}
