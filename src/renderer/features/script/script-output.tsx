import { useMemo } from "react";
import { formatCount } from "../../lib/format.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { type LogLine, readLogs } from "../../state/log-rings.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cutLines } from "../../ui/cut-lines.ts";
import { cx } from "../../ui/cx.ts";
import { type CodeLine, plainLines, useHighlighter } from "../../ui/highlight.ts";
import { RowBox } from "../../ui/row-box.tsx";
import type { ScriptResult } from "./script-result.ts";

type Row =
  | { readonly kind: "title"; readonly text: string; readonly name: string; readonly copied: () => string }
  /** `line` of the script: at the first row of what it logged at once. */
  | { readonly kind: "log"; readonly level: LogLine["level"]; readonly line: number | null; readonly text: string }
  | { readonly kind: "result"; readonly line: CodeLine };

/** All of the log and the result of a script; only the lines in sight are in the page. */
export function ScriptOutput({ step, result }: { readonly step: ScriptStep; readonly result: ScriptResult }) {
  const highlight = useHighlighter();
  const resultLines = useMemo(
    () => (result.text === "" ? [] : cutLines((highlight ?? plainLines)(result.text, result.lang))),
    [highlight, result],
  );
  // A step is another object when it has logged more: then the ring is read anew.
  const rows = useMemo(() => [...logRows(step), ...resultRows(result, resultLines)], [step, result, resultLines]);
  return (
    <RowBox
      count={rows.length}
      label="Log and result"
      testId="script-output"
      className="max-h-96 border-t border-line bg-inset px-3.5 py-2.5"
      render={(index) => {
        const row = rows[index];
        return row === undefined ? null : <OutputRow row={row} />;
      }}
    />
  );
}

function logRows(step: ScriptStep): readonly Row[] {
  const { lines, dropped } = readLogs(step.callId);
  if (lines.length === 0) return [];
  const left = dropped > 0 ? `, ${formatCount(dropped, "earlier line")} left out` : "";
  return [
    { kind: "title", text: `Log${left}`, name: "log", copied: () => lines.map((entry) => entry.text).join("\n") },
    ...lines.flatMap(({ level, line, text }) =>
      cutLines(plainLines(text)).map(
        (row, index) => ({ kind: "log", level, line: index === 0 ? line : null, text: row.map((token) => token.text).join("") }) as const,
      ),
    ),
  ];
}

function resultRows({ text }: ScriptResult, lines: readonly CodeLine[]): readonly Row[] {
  if (text === "") return [];
  return [
    { kind: "title", text: "Result", name: "result", copied: () => text },
    ...lines.map((line) => ({ kind: "result", line }) as const),
  ];
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

function OutputRow({ row }: { readonly row: Row }) {
  switch (row.kind) {
    case "title":
      return (
        <div className="flex h-6 items-center gap-1 text-micro text-fg3">
          <span className="flex-1">{row.text}</span>
          <CopyButton text={row.copied} label={`Copy ${row.name}`} />
        </div>
      );
    case "log":
      return (
        <div className={cx("selectable flex gap-3 font-mono text-code", levelClass[row.level])}>
          <span className="w-6 shrink-0 text-right text-fg3 select-none">{row.line}</span>
          <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{row.text || " "}</span>
        </div>
      );
    case "result":
      return (
        <pre className="selectable min-h-5 text-code whitespace-pre-wrap [overflow-wrap:anywhere]">
          {row.line.map((token, index) => (
            <span key={index} {...(token.color === null ? {} : { style: { color: token.color } })}>
              {token.text}
            </span>
          ))}
        </pre>
      );
  }
}
