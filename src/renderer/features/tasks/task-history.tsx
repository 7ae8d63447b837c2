import { ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { TaskChange, TaskRow } from "../../../protocol/task.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { formatElapsed } from "../../lib/format.ts";
import { cx } from "../../ui/cx.ts";
import { ErrorState } from "../../ui/state-view.tsx";

/** Changes shown at first. */
const lastShown = 6;

/** What happened to a task, as its ledger tells; read again whenever its state changed. */
export function TaskHistory({ row }: { readonly row: TaskRow }) {
  const [changes, setChanges] = useState<readonly TaskChange[]>([]);
  const [error, setError] = useState<ErrorData | null>(null);
  const [all, setAll] = useState(false);
  const { taskId, status, delivery, run, attempt, late, notify } = row;
  useEffect(() => {
    let gone = false;
    call("tasks.history", { taskId }).then(
      (list) => {
        if (gone) return;
        setChanges(list);
        setError(null);
      },
      (thrown: unknown) => gone || setError(asErrorData(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [taskId, status, delivery, run, attempt, late?.state, notify]);
  if (error !== null) return <ErrorState code={error.code} message={error.message} hint={error.hint} />;
  const shown = all ? changes : changes.slice(-lastShown);
  const started = changes[0]?.at ?? row.createdAt;
  return (
    <section aria-label="History" data-testid="task-history">
      <div className="mb-1 flex h-6 items-center gap-2">
        <h3 className="flex-1 text-small font-medium text-fg2">History</h3>
        {changes.length > lastShown ? (
          <button
            type="button"
            aria-expanded={all}
            onClick={() => setAll(!all)}
            className="flex items-center gap-1 rounded-xs px-1 text-small text-fg3 hover:text-fg"
          >
            <ChevronRight size={12} aria-hidden className={cx("transition-transform duration-100", all && "rotate-90")} />
            {all ? "Only the last" : `All ${changes.length}`}
          </button>
        ) : null}
      </div>
      <ol className="selectable border-l border-strong pl-3 text-small">
        {shown.map((change, index) => (
          <li key={index} className="flex min-h-5 gap-3">
            <span className="tabular w-16 shrink-0 text-fg3">
              {change.at === null ? "" : change.at === started ? clock(change.at) : `+${formatElapsed(change.at - started)}`}
            </span>
            <span className="min-w-0 text-fg2 [overflow-wrap:anywhere]">
              {change.what}
              {change.detail === null ? null : <span className="text-fg3"> · {change.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function clock(time: number): string {
  return new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
