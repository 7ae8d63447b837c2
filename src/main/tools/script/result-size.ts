import type { Json } from "../../../protocol/json.ts";
import type { ScriptOutcome } from "../../harness/harness.ts";

/** Characters of JSON a script may return. */
const maxResult = 16 * 1024 * 1024;
/** Longer results are not indented throughout: with deep nesting that could be 200 times their length. */
const maxIndented = 1024 * 1024;

/** The outcome, or the error `too_large` for a return value beyond 16 Mi characters: it would be copied into logs and files. */
export function limitResult(outcome: ScriptOutcome): ScriptOutcome {
  if (!outcome.ok) return outcome;
  const characters = lengthOf(outcome.value);
  if (characters <= maxResult) return outcome;
  const { warnings, stats } = outcome;
  return {
    ok: false,
    error: {
      name: "RangeError",
      code: "too_large",
      message: `The result is too long: ${characters === Infinity ? "" : `${characters} characters, `}a script may return ${maxResult}.`,
      hint: "Return what you need; write long data into files with tools.applyPatch, or keep it in store.",
      details: { limit: maxResult },
    },
    warnings,
    stats,
  };
}

function lengthOf(value: Json): number {
  if (typeof value === "string") return value.length;
  try {
    return JSON.stringify(value).length;
  } catch {
    // Longer than a string of this engine can be.
    return Infinity;
  }
}

/** A result as text, made for reading by lines: indented; a long one has one element or property per line. */
export function resultText(value: Json): string {
  if (typeof value === "string") return value;
  const short = JSON.stringify(value);
  if (short.length <= maxIndented) return JSON.stringify(value, null, 1);
  if (isList(value)) return `[\n${value.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  if (value === null || typeof value !== "object") return short;
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`)
    .join(",\n")}\n}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
