import { ChevronDown, CircleAlert, CornerDownRight, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { formatCount } from "../../lib/format.ts";
import { useKept } from "../../state/row-memory.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { cx } from "../../ui/cx.ts";
import { ScriptOutput } from "./script-output.tsx";
import { oneLine, resultOf } from "./script-result.ts";

/** The end of a script card: why it failed, its last log line, and on a click all of the log and the result. */
export const ScriptFoot = memo(function ScriptFoot({ step, open }: { readonly step: ScriptStep; readonly open: boolean }) {
  const [shown, setShown] = useKept(`${step.key} output`, false);
  const result = resultOf(step);
  const facts = [
    ...(step.logCount > 0 ? [formatCount(step.logCount, "log line")] : []),
    ...(result.text === "" ? [] : [`result ${result.size}`]),
  ];
  return (
    <>
      {step.error === null ? null : <Failure step={step} />}
      {step.warnings.map((warning, index) => (
        <p key={index} className="selectable flex gap-2 border-t border-line px-3.5 py-2 text-small text-warn">
          <TriangleAlert size={13} aria-hidden className="mt-0.5 shrink-0" />
          <span>
            {warning.message}
            {warning.line === null ? "" : ` (line ${warning.line})`}
          </span>
        </p>
      ))}
      {facts.length === 0 || !open ? null : (
        <button
          type="button"
          aria-expanded={shown}
          data-testid="script-foot"
          onClick={() => setShown(!shown)}
          className="flex h-9 w-full items-center gap-2 border-t border-line px-3.5 text-left hover:bg-raise focus-visible:outline-offset-[-2px]"
        >
          <CornerDownRight size={12} aria-hidden className="shrink-0 text-deco" />
          <span className="min-w-0 flex-1 truncate font-mono text-label text-fg2">{oneLine(step.lastLog) || result.brief}</span>
          <span className="tabular shrink-0 text-micro text-fg3">{facts.join(" · ")}</span>
          <ChevronDown size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", shown && "rotate-180")} />
        </button>
      )}
      {shown && open && facts.length > 0 ? <ScriptOutput step={step} result={result} /> : null}
    </>
  );
});

function Failure({ step }: { readonly step: ScriptStep }) {
  const { error } = step;
  if (error === null) return null;
  const where = error.line === null ? "" : ` at line ${error.line}${error.column === null ? "" : `:${error.column}`}`;
  const quiet = step.status === "cancelled";
  return (
    <div
      role={quiet ? "status" : "alert"}
      data-testid="error-message"
      data-code={error.code}
      className={cx("flex gap-2.5 border-t border-line px-3.5 py-2.5", !quiet && "bg-del-soft")}
    >
      <CircleAlert size={14} aria-hidden className={cx("mt-0.5 shrink-0", quiet ? "text-fg3" : "text-del")} />
      <div className="min-w-0 flex-1">
        <p className="selectable text-ui [overflow-wrap:anywhere]">
          {error.name === "" || error.name === "Error" ? "" : `${error.name}: `}
          {error.message}
          <span className="text-fg3">{where}</span>
        </p>
        {error.hint === null ? null : <p className="selectable text-small text-fg2">{error.hint}</p>}
        {error.frame === null ? null : (
          <pre className="selectable mt-1.5 overflow-x-auto rounded-sm bg-inset px-2.5 py-1.5 text-code text-fg2">{error.frame}</pre>
        )}
        <code className="selectable text-micro text-fg3">{error.code}</code>
      </div>
    </div>
  );
}
