import { ChevronDown, CircleAlert, CornerDownRight, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { formatBytes, formatCount } from "../../lib/format.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { readLogs } from "../../state/log-rings.ts";
import { CodeLines } from "../../ui/code-lines.tsx";
import { cx } from "../../ui/cx.ts";

/** The end of a script card: why it failed, its last log line, and on a click all of the log and the result. */
export function ScriptFoot({ step, open }: { readonly step: ScriptStep; readonly open: boolean }) {
  const [shown, setShown] = useState(false);
  const result = step.status === "done" ? resultText(step) : "";
  const facts = [
    ...(step.logCount > 0 ? [formatCount(step.logCount, "log line")] : []),
    ...(result === "" ? [] : [`result ${formatBytes(new Blob([result]).size)}`]),
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
          onClick={() => setShown(!shown)}
          className="flex h-9 w-full items-center gap-2 border-t border-line px-3.5 text-left hover:bg-raise focus-visible:outline-offset-[-2px]"
        >
          <CornerDownRight size={12} aria-hidden className="shrink-0 text-deco" />
          <span className="min-w-0 flex-1 truncate font-mono text-label text-fg2">
            {oneLine(step.lastLog) ||
              (result === "" ? "" : oneLine(typeof step.value === "string" ? step.value : JSON.stringify(step.value)))}
          </span>
          <span className="tabular shrink-0 text-micro text-fg3">{facts.join(" · ")}</span>
          <ChevronDown size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", shown && "rotate-180")} />
        </button>
      )}
      {shown && open ? (
        <div
          className="max-h-96 overflow-auto border-t border-line bg-inset px-3.5 py-2.5"
          tabIndex={0}
          role="group"
          aria-label="Log and result"
        >
          <Log step={step} />
          {result === "" ? null : (
            <>
              <div className="mt-1 text-micro text-fg3">Result</div>
              <CodeLines code={result} lang={typeof step.value === "string" ? "text" : "json"} className="whitespace-pre" />
            </>
          )}
        </div>
      ) : null}
    </>
  );
}

const levelClass = {
  error: "text-del",
  stderr: "text-del",
  warn: "text-warn",
  debug: "text-fg3",
  log: "text-fg2",
  info: "text-fg2",
  stdout: "text-fg2",
} as const;

function Log({ step }: { readonly step: ScriptStep }) {
  const { lines, dropped } = readLogs(step.callId);
  if (lines.length === 0) return null;
  return (
    <div className="mb-2">
      <div className="text-micro text-fg3">Log{dropped > 0 ? `, ${formatCount(dropped, "earlier line")} left out` : ""}</div>
      {lines.map((entry, index) => (
        <div key={index} className={cx("selectable flex gap-3 font-mono text-code", levelClass[entry.level])}>
          <span className="w-6 shrink-0 text-right text-fg3 select-none">{entry.line}</span>
          <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{entry.text}</span>
        </div>
      ))}
    </div>
  );
}

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

/** The beginning of a text without line breaks: a logged or returned object tells more than its first brace. */
function oneLine(text: string): string {
  const line = text.slice(0, 600).replace(/\s+/g, " ").trim();
  return line.length > 200 || text.length > 600 ? `${line.slice(0, 200)}…` : line;
}

function resultText(step: ScriptStep): string {
  if (step.value === null) return "";
  return typeof step.value === "string" ? step.value : JSON.stringify(step.value, null, 2);
}
