import type { LateResult } from "../../../protocol/task.ts";
import { formatElapsed } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";

const changedShown = 8;

/** An answer that came after its time-out: how old it is, what changed since the question, and what may become of it. */
export function LateAnswer({
  late,
  busy,
  onChoose,
}: {
  readonly late: LateResult;
  /** Something is being done with the task: there is no choice until it is done. */
  readonly busy: boolean;
  readonly onChoose: (choice: "inject" | "side" | "discard") => void;
}) {
  const shown = late.changed.slice(0, changedShown);
  const more = late.changedCount - shown.length;
  return (
    <section aria-label="Late answer" data-testid="late-answer" className="rounded-md border border-line bg-inset px-3 py-2.5">
      <p className="text-ui text-fg">
        The answer came {formatElapsed(late.ageMs)} after the question, past its time limit.{" "}
        {late.changedCount > 0
          ? "Changed in the project since:"
          : late.incomplete
            ? "No change was found since in the files that were looked at, which are not all."
            : "No file of the project has changed since."}
      </p>
      {shown.length === 0 ? null : (
        <ul className="selectable mt-1.5 text-small text-fg2">
          {shown.map((file) => (
            <li key={file.path} className="truncate" title={file.path}>
              <code className="text-code">{file.path}</code> {file.kind}
              {file.hunks === null ? "" : `, ${file.hunks} ${file.hunks === 1 ? "hunk" : "hunks"}`}
            </li>
          ))}
          {more > 0 ? <li>and {more} more</li> : null}
        </ul>
      )}
      {late.incomplete && late.changedCount > 0 ? <p className="mt-1 text-small text-fg3">Not all files were looked at.</p> : null}
      <div className="mt-2.5 flex flex-wrap gap-2">
        <Button size="sm" variant="accent" data-testid="late-inject" disabled={busy} onClick={() => onChoose("inject")}>
          Use in the conversation
        </Button>
        <Button size="sm" data-testid="late-side" disabled={busy} onClick={() => onChoose("side")}>
          Open beside it
        </Button>
        <Button size="sm" variant="ghost" data-testid="late-discard" disabled={busy} onClick={() => onChoose("discard")}>
          Discard
        </Button>
      </div>
    </section>
  );
}
