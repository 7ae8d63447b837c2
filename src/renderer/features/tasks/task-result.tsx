import { useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeLines } from "../../ui/code-lines.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { TaskLogView } from "./task-log.tsx";

/** What a task returned, as JSON: a long one by its head, and whole when it is asked for (then only lines in sight are drawn). */
export function TaskResult({ row, text }: { readonly row: TaskRow; readonly text: string }) {
  const [whole, setWhole] = useState<{ readonly of: Json; readonly lines: readonly string[] } | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const { taskId, result, resultCut } = row;
  const read = () =>
    void call("tasks.result", { taskId }).then(
      (answer) => {
        setError(null);
        setWhole({ of: result, lines: JSON.stringify(answer.result, null, 2).split("\n") });
      },
      (thrown: unknown) => setError(asErrorData(thrown)),
    );
  // A further run returns something else.
  if (whole !== null && whole.of === result)
    return (
      <TaskLogView
        log={{ lines: whole.lines, version: 0, truncated: false, loading: false, error: null }}
        title="Returned"
        emptyWords="Nothing."
        onWhole={null}
        from="start"
      />
    );
  const title = resultCut ? "Returned, its beginning" : "Returned";
  return (
    <section aria-label={title}>
      <div className="mb-1 flex h-6 items-center gap-2">
        <h3 className="flex-1 text-small font-medium text-fg2">{title}</h3>
        {resultCut ? (
          <Button size="sm" variant="accent" data-testid="task-result-whole" onClick={read}>
            Open the whole result
          </Button>
        ) : null}
        <CopyButton text={text} label="Copy returned" />
      </div>
      {error === null ? null : <ErrorState code={error.code} message={error.message} hint={error.hint} />}
      <div tabIndex={0} role="group" aria-label={title} className="max-h-80 overflow-auto rounded-md border border-line bg-inset px-3 py-2">
        <CodeLines code={text} lang="json" />
      </div>
    </section>
  );
}
