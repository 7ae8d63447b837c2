import { CircleAlert, Square } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { type ApprovalGroup, questionOf } from "./approval-groups.ts";
import { onceAnswer } from "./left-out.ts";
import { ApprovalQuestion, type OnAnswer } from "./approval-question.tsx";

/** The questions of one script, or one of the model's own calls. */
export function ApprovalCard({
  group,
  title,
  oldest,
  busy,
  onAnswer,
  onStop,
}: {
  readonly group: ApprovalGroup;
  /** Title of the script; null for a direct call. */
  readonly title: string | null;
  /** The question the keys answer. */
  readonly oldest: string | null;
  readonly busy: ReadonlySet<string>;
  readonly onAnswer: OnAnswer;
  /** Stops the turn; what is open is then answered by no. */
  readonly onStop: () => void;
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
            <Button size="sm" data-testid="approval-allow-all" disabled={open.length === 0} onClick={() => onAnswer(open, onceAnswer)}>
              Allow all {approvals.length}
            </Button>
          </>
        )}
        <Tooltip text="Stops the turn; what is open is answered by no.">
          <Button variant="ghost" size="sm" onClick={onStop} data-testid="approval-stop">
            <Square size={10} aria-hidden fill="currentColor" />
            Stop
          </Button>
        </Tooltip>
      </div>
      <ul>
        {approvals.map((approval) => (
          <ApprovalQuestion
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
