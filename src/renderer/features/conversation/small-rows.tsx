import { ChevronRight, Info, Redo2, TriangleAlert, Undo2, Waypoints } from "lucide-react";
import { memo } from "react";
import { formatCount, formatElapsed } from "../../lib/format.ts";
import { reviewCallPrefix } from "../../../protocol/review.ts";
import type { TaskId } from "../../../protocol/ids.ts";
import { openLink, reportError } from "../../state/notices.ts";
import type { DeliveryStep, NoticeStep, PatchStep, RetryStep, RevertStep, TaskStep, UserStep } from "../../state/conversation-view.ts";
import { useNow } from "../../state/now.ts";
import { useKept } from "../../state/row-memory.ts";
import { openTask } from "../../state/tasks.ts";
import { revert, useUndo } from "../../state/undo.ts";
import { UndoButton } from "../../ui/undo-button.tsx";
import { cx } from "../../ui/cx.ts";
import { Markdown } from "../../ui/markdown.tsx";
import { Ring } from "../../ui/ring.tsx";
import type { Activity } from "./activity.ts";
import { Dot, ThreadRow } from "./thread-row.tsx";

/** The last row while a turn runs: what the agent does and for how long. */
export function RunningRow({ activity, first }: { readonly activity: Activity; readonly first: boolean }) {
  const now = useNow();
  return (
    <ThreadRow node={<Ring size={13} />} first={first} last>
      <p data-testid="running-row" className="flex min-w-0 items-baseline gap-2 text-ui">
        {/* Without the seconds: they would be read out one by one. */}
        <span role="status" className="flex min-w-0 items-baseline gap-2">
          <span className="shrink-0 text-fg">{activity.verb}</span>
          {activity.subject === "" ? null : <span className="min-w-0 truncate text-fg2">{activity.subject}</span>}
          {activity.others > 0 ? <span className="shrink-0 text-small text-fg3">and {activity.others} more</span> : null}
        </span>
        <span className="tabular shrink-0 text-small text-fg3">{formatElapsed(now - activity.since)}</span>
      </p>
    </ThreadRow>
  );
}

/** The provider failed in a way that may pass: when it is tried again. */
export const RetryRow = memo(function RetryRow({ step, first }: { readonly step: RetryStep; readonly first: boolean }) {
  const now = useNow(step.pending);
  const left = Math.max(0, Math.ceil((step.until - now) / 1000));
  return (
    <ThreadRow
      node={step.pending ? <Ring size={13} className="text-warn-fill" /> : <TriangleAlert size={12} className="text-warn" />}
      first={first}
      className="pb-3"
    >
      <p data-testid="retry-row" data-code={step.error.code} className="text-ui text-fg2">
        <span role="status">{step.error.message}</span>{" "}
        <span className="tabular text-small text-warn">
          {step.pending ? (left > 0 ? `Trying again in ${left} s` : "Trying again") : "Tried again"} ({step.attempt} of {step.maxRetries})
        </span>
      </p>
    </ThreadRow>
  );
});

export const NoticeRow = memo(function NoticeRow({ step, first }: { readonly step: NoticeStep; readonly first: boolean }) {
  const warn = step.level === "warn";
  return (
    <ThreadRow node={warn ? <TriangleAlert size={12} className="text-warn" /> : <Info size={12} />} first={first} className="pb-3">
      <p data-testid="notice" data-code={step.code} className={cx("selectable text-small", warn ? "text-warn" : "text-fg3")}>
        {step.message}
        {step.taskId === undefined ? null : <OpenTask taskId={step.taskId} words="Open the task" className="ml-1.5" />}
      </p>
    </ThreadRow>
  );
});

const revertWords = {
  call: "a patch",
  script: "the changes of a script",
  turn: "the changes of a turn",
  conversation: "the changes of the conversation",
} as const;

/** The person undid or redid patches. */
export const RevertRow = memo(function RevertRow({ step, first }: { readonly step: RevertStep; readonly first: boolean }) {
  return (
    <ThreadRow node={step.redo ? <Redo2 size={12} /> : <Undo2 size={12} />} first={first} className="pb-3">
      <p data-testid="revert-row" className="flex min-w-0 gap-2 text-ui text-fg2">
        <span className="min-w-0 truncate">
          You {step.redo ? "redid" : "undid"} {isReviewStep(step) ? "a step of the review" : revertWords[step.scope.kind]}
        </span>
        <span className="ml-auto shrink-0 text-small text-fg3">{formatCount(step.files.length, "file")}</span>
      </p>
    </ThreadRow>
  );
});

/** Calls of the person's own, see `reject-hunks` in main. */
function isReviewStep({ scope }: RevertStep): boolean {
  return scope.kind === "call" && scope.id.startsWith(reviewCallPrefix);
}

/** The person took hunks of patches back. */
export const TakenBackRow = memo(function TakenBackRow({ step, first }: { readonly step: PatchStep; readonly first: boolean }) {
  const busy = useUndo((state) => state.busy);
  const [file] = step.files;
  const where = step.files.length === 1 && file !== undefined ? file.path : formatCount(step.files.length, "file");
  return (
    <ThreadRow node={<Undo2 size={12} />} first={first} className="pb-3">
      <p data-testid="taken-back-row" data-undone={step.undone} className="flex min-w-0 items-center gap-2 text-ui text-fg2">
        <span className="min-w-0 truncate">
          You rejected {formatCount(step.takenBack?.hunks ?? 0, "hunk")} of {where}
        </span>
        <span className="ml-auto shrink-0">
          <UndoButton
            undone={step.undone}
            name="reject"
            what="this step of the review"
            size="sm"
            disabled={busy}
            onClick={() => void revert({ kind: "call", id: step.callId }, step.undone)}
          />
        </span>
      </p>
    </ThreadRow>
  );
});

const taskWords = {
  queued: "queued",
  running: "runs on in the background",
  needs_you: "needs you",
  succeeded: "done",
  failed: "failed",
  cancelled: "cancelled",
  timed_out: "timed out",
  interrupted: "interrupted",
} as const;

/** Leads to a task's page. */
function OpenTask({ taskId, words, className }: { readonly taskId: TaskId; readonly words: string; readonly className: string }) {
  return (
    <button
      type="button"
      data-testid="open-task"
      onClick={() => void openTask(taskId).catch(reportError)}
      className={cx("rounded-xs text-left underline decoration-transparent underline-offset-2 hover:decoration-current", className)}
    >
      {words}
    </button>
  );
}

/** A background task was started. Its live row is in the sidebar. */
export const TaskStartRow = memo(function TaskStartRow({ step, first }: { readonly step: TaskStep; readonly first: boolean }) {
  const bad = step.status === "failed" || step.status === "timed_out" || step.status === "interrupted";
  return (
    <ThreadRow node={<Waypoints size={12} className="text-accent-text" />} first={first} className="pb-3">
      <p className="flex min-w-0 gap-2 text-ui text-fg2">
        <span className="shrink-0">Started task</span>
        <OpenTask taskId={step.taskId} words={step.title} className="min-w-0 truncate text-fg" />
        <span className={cx("ml-auto shrink-0 text-small", bad ? "text-del" : "text-fg3")}>{taskWords[step.status]}</span>
      </p>
    </ThreadRow>
  );
});

/** A finished task's result came into the conversation. */
export const DeliveryRow = memo(function DeliveryRow({ step, first }: { readonly step: DeliveryStep; readonly first: boolean }) {
  return (
    <Folded
      title="Task result"
      subject={step.title}
      state={taskWords[step.status]}
      bad={step.status !== "succeeded"}
      text={step.text}
      first={first}
      rowKey={step.key}
      testId="task-delivery"
    />
  );
});

/** What an agent is told by its task: its prompt, and messages while it works. */
export const WokenRow = memo(function WokenRow({ step, first }: { readonly step: UserStep; readonly first: boolean }) {
  return (
    <Folded
      title="Told the agent"
      subject={step.text.split("\n", 1)[0] ?? ""}
      state=""
      bad={false}
      text={step.text}
      first={first}
      rowKey={step.key}
      testId="woken-row"
    />
  );
});

function Folded({
  title,
  subject,
  state,
  bad,
  text,
  first,
  rowKey,
  testId,
}: {
  readonly title: string;
  readonly subject: string;
  readonly state: string;
  readonly bad: boolean;
  readonly text: string;
  readonly first: boolean;
  readonly rowKey: string;
  readonly testId: string;
}) {
  const [open, setOpen] = useKept(`${rowKey} open`, false);
  return (
    <ThreadRow node={text === "" ? <Dot /> : <Waypoints size={12} className="text-accent-text" />} first={first} className="pb-3">
      <button
        type="button"
        data-testid={testId}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full min-w-0 items-center gap-2 rounded-xs text-left text-ui text-fg2 hover:text-fg"
      >
        <span className="shrink-0">{title}</span>
        <span className="min-w-0 truncate text-fg">{subject}</span>
        <ChevronRight size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", open && "rotate-90")} />
        <span className={cx("ml-auto shrink-0 text-small", bad ? "text-del" : "text-fg3")}>{state}</span>
      </button>
      {open ? (
        <div
          className="mt-1.5 max-h-96 overflow-auto rounded-md border border-line bg-inset px-3 py-2"
          tabIndex={0}
          role="group"
          aria-label={title}
        >
          <Markdown text={text} streaming={false} onLink={openLink} />
        </div>
      ) : null}
    </ThreadRow>
  );
}
