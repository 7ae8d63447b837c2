import type { Json } from "../../../protocol/json.ts";
import { resultText } from "./result-size.ts";
import { reportLines } from "./report.ts";
import type { ScriptRun } from "./run.ts";

/** `1 call`, `7 calls`. */
export function countCalls(calls: number): string {
  return count(calls, "call");
}

/** The outcome as structured data for events, a failed one with its report. Console lines are events of their own. */
export function outcomeJson({ outcome, report }: ScriptRun) {
  const warnings = outcome.warnings.map((warning) => ({ ...warning }));
  const stats: Json = { ...outcome.stats };
  return outcome.ok
    ? { value: outcome.value, warnings, stats }
    : { value: null, warnings, stats, error: { ...outcome.error }, ...(report === null ? {} : { report }) };
}

/**
 * The outcome as the model reads it: how it ended, warnings, the console and the return value, or the error and the report. What matters
 * most stands at the ends: a long text keeps its head and its tail.
 */
export function outcomeText(run: ScriptRun): string {
  const { outcome } = run;
  const after = `${(outcome.stats.wallMs / 1000).toFixed(1)} s (${countCalls(outcome.stats.calls)})`;
  const written = run.console.lines === 0 ? [] : [`Console (${count(run.console.lines, "line")}):\n${run.console.text}`];
  if (outcome.ok) {
    return [`Script completed in ${after}.`, ...warningLines(run), ...written, `Result:\n${resultText(outcome.value)}`].join("\n\n");
  }
  const { error } = outcome;
  const where = error.line === undefined ? "" : ` at line ${error.line}${error.column === undefined ? "" : `:${error.column}`}`;
  const how = stopCodes.has(error.code)
    ? `Script stopped after ${after}: ${error.message}`
    : `Script failed after ${after}: ${error.code}: ${error.name}: ${error.message}${where}`;
  const report = run.report === null ? [] : reportLines(run.report);
  return [
    how,
    ...(error.frame === undefined ? [] : [error.frame]),
    ...(error.hint === undefined ? [] : [error.hint]),
    ...(report.length === 0 ? [] : [report.join("\n")]),
    ...warningLines(run),
    ...written,
  ].join("\n\n");
}

/** Ends from outside: what the script did wrong is not the point then. */
const stopCodes: ReadonlySet<string> = new Set(["cancelled", "interrupted", "timeout"]);

function warningLines({ outcome }: ScriptRun): readonly string[] {
  return outcome.warnings.map((warning) => `Warning: ${warning.message}${warning.line === undefined ? "" : ` (line ${warning.line})`}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
