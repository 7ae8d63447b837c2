import { assertNever } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import type { TaskKind } from "../../../protocol/task.ts";

export interface TaskInputView {
  readonly title: string;
  readonly text: string;
  readonly lang: string;
  /** Further fields of the input (model, folder, files), as words. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

/** Shown elsewhere on the page. */
const known = new Set(["kind", "title", "notify", "budget"]);

/** What a task was asked to do, as its page shows it: the command, the script, the question; else the input as JSON. */
export function taskInput(kind: TaskKind, input: Json): TaskInputView {
  const [title, field, lang] = parts(kind);
  if (!isObject(input)) return { ...asText(title, lang, input), details: [] };
  const value = input[field];
  if (typeof value !== "string") return { ...asText(title, lang, input), details: [] };
  const details = Object.entries(input).flatMap(([name, other]) =>
    name === field || known.has(name) ? [] : [[name, words(other)] as const],
  );
  return { title, text: value, lang, details };
}

function words(value: Json): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value.join(", ") : JSON.stringify(value);
}

function asText(title: string, lang: string, input: Json): Omit<TaskInputView, "details"> {
  return typeof input === "string" ? { title, text: input, lang } : { title: "Input", text: JSON.stringify(input, null, 2), lang: "json" };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parts(kind: TaskKind): readonly [title: string, field: string, lang: string] {
  switch (kind) {
    case "exec":
      return ["Command", "cmd", "bash"];
    case "script":
      return ["Script", "code", "ts"];
    case "ask":
      return ["Question", "question", "md"];
    case "agent":
      return ["Prompt", "prompt", "md"];
    default:
      return assertNever(kind);
  }
}
