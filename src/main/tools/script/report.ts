import type { Json } from "../../../protocol/json.ts";
import type { ReportedCall, ScriptReport } from "../../../protocol/script-report.ts";
import type { ScriptError } from "../../harness/harness.ts";
import type { ScriptEffects } from "./effects.ts";

/** Entries of a list in a report. */
const maxListed = 20;

/** What a script that failed had done: made of the harness's account of its calls and of what was seen of their effects. */
export function scriptReport(error: ScriptError, seen: ReturnType<ScriptEffects["seen"]>): ScriptReport {
  const { details = {} } = error;
  const calls = record(details["calls"]);
  const open = (isList(calls["open"]) ? calls["open"] : []).map(record).map(reportedCall);
  return {
    failedCall:
      typeof details["tool"] === "string"
        ? { ...reportedCall({ ...details, line: details["callLine"] ?? null }), code: text(details["toolCode"]) ?? error.code }
        : null,
    calls: {
      succeeded: number(calls["succeeded"]) ?? 0,
      failed: number(calls["failed"]) ?? 0,
      stopped: number(calls["openCount"]) ?? open.length,
    },
    stopped: open.slice(0, maxListed),
    changedFiles: seen.files.slice(0, maxListed),
    changedFileCount: seen.files.length,
    commands: seen.commands,
    tasks: seen.tasks,
  };
}

/** The report as lines for a model or a person; none when the script had done nothing. */
export function reportLines(report: ScriptReport): readonly string[] {
  const { failedCall, calls, stopped, commands } = report;
  const lines: string[] = [];
  if (failedCall !== null) lines.push(`Failed call (${failedCall.code}): ${callText(failedCall)}`);
  if (calls.succeeded + calls.failed + calls.stopped > 0) {
    const stop = calls.stopped === 0 ? "" : `, ${calls.stopped} stopped:`;
    lines.push(`Calls: ${calls.succeeded} succeeded, ${calls.failed} failed${stop || "."}`);
    for (const call of stopped) lines.push(`- ${callText(call)}`);
    if (calls.stopped > stopped.length) lines.push(`- … ${calls.stopped - stopped.length} more`);
  }
  if (report.changedFileCount > 0) {
    const more = report.changedFileCount - report.changedFiles.length;
    const files = report.changedFiles.map(({ path, kind }) => (kind === "update" ? path : `${path} (${kindWords[kind]})`));
    lines.push(`Files already changed by its patches, NOT undone: ${files.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`);
  }
  if (commands.ended + commands.stopped > 0) {
    const parts = [
      ...(commands.ended === 0 ? [] : [`${commands.ended} ran to the end`]),
      ...(commands.stopped === 0 ? [] : [`${commands.stopped} ${commands.stopped === 1 ? "was" : "were"} stopped`]),
    ];
    lines.push(`exec calls: ${parts.join(", ")}; they may have changed files too.`);
  }
  if (report.tasks > 0) lines.push(`Tasks started, they go on: ${report.tasks}.`);
  return lines;
}

const kindWords = { add: "new", update: "changed", delete: "deleted", move: "moved here" } as const;

function callText(call: ReportedCall): string {
  return `tools.${call.tool}(${call.arguments})${call.line === null ? "" : ` in line ${call.line}`}`;
}

function reportedCall(fields: { readonly [key: string]: Json }): ReportedCall {
  return { tool: text(fields["tool"]) ?? "", arguments: text(fields["arguments"]) ?? "", line: number(fields["line"]) };
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function record(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !isList(value) ? value : {};
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
