import type { DemoStep } from "./conversation.ts";
import { textOf } from "./conversation.ts";
import { isObject } from "./extract-json.ts";
import type { Json } from "../../../protocol/json.ts";

/** An error a script caught and returned as data: `{ error: { code, message } }`. */
export function caughtError(value: Json | undefined): { readonly code: string; readonly message: string } | null {
  const error = isObject(value) ? value["error"] : undefined;
  if (!isObject(error)) return null;
  return { code: textOf(error["code"]) ?? "error", message: textOf(error["message"]) ?? "no message" };
}

/** Why nothing more can be done after a failed step, in plain words. The step's own text carries the facts. */
export function explainFailure(step: DemoStep): string {
  const text = step.text.trim();
  if (/\bdenied\b/.test(text))
    return `I was not allowed to go on, so I stop here. What I was told:\n\n${quote(text)}\n\nNothing was changed by the refused step. Allow it, or switch the approval mode, and ask again.`;
  if (/\bcancelled\b|\binterrupted\b/.test(text)) return `The step was stopped before it ended:\n\n${quote(text)}`;
  return `The step failed, and as a demo I have no second idea. This is what came back:\n\n${quote(text)}`;
}

/** What a refused or failed tool inside a script means, as one sentence. */
export function explainCaught(what: string, error: { readonly code: string; readonly message: string }): string {
  return error.code === "denied" ? `${what} was not allowed: ${error.message}` : `${what} failed (${error.code}): ${error.message}`;
}

/** Text as a fenced block, shortened in the middle. */
export function quote(text: string, max = 1200): string {
  const clean = text.trim().replaceAll("```", "'''");
  const shown = clean.length <= max ? clean : `${clean.slice(0, max / 2)}\n…\n${clean.slice(-max / 2)}`;
  return `\`\`\`text\n${shown}\n\`\`\``;
}
