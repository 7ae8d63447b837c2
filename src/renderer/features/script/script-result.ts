import { formatBytes } from "../../lib/format.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";

export interface ScriptResult {
  /** As it is drawn and copied; empty when the script returned nothing. */
  readonly text: string;
  readonly lang: "text" | "json";
  /** Its beginning in one line. */
  readonly brief: string;
  readonly size: string;
}

const nothing: ScriptResult = { text: "", lang: "text", brief: "", size: "" };
const known = new WeakMap<ScriptStep, ScriptResult>();

/** What a script returned, as text. Made once for each step: a result of megabytes takes longer than a frame. */
export function resultOf(step: ScriptStep): ScriptResult {
  if (step.status !== "done" || step.value === null) return nothing;
  let result = known.get(step);
  if (result === undefined) {
    const { value } = step;
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    result = {
      text,
      lang: typeof value === "string" ? "text" : "json",
      brief: oneLine(text),
      size: formatBytes(new TextEncoder().encode(text).length),
    };
    known.set(step, result);
  }
  return result;
}

/** The beginning of a text without line breaks: a logged or returned object tells more than its first brace. */
export function oneLine(text: string): string {
  const line = text.slice(0, 1_200).replace(/\s+/g, " ").trim();
  return line.length > 200 || text.length > 1_200 ? `${line.slice(0, 200)}…` : line;
}
