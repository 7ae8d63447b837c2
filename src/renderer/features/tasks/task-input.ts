import { assertNever } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import type { TaskKind } from "../../../protocol/task.ts";

export interface TaskInputView {
  readonly title: string;
  readonly text: string;
  readonly lang: string;
}

/** What a task was asked to do, as its page shows it: the command, the script, the question; else the input as JSON. */
export function taskInput(kind: TaskKind, input: Json): TaskInputView {
  const [title, field, lang] = parts(kind);
  const value = typeof input === "object" && input !== null && !Array.isArray(input) ? (input as { readonly [key: string]: Json })[field] : input;
  return typeof value === "string" ? { title, text: value, lang } : { title: "Input", text: JSON.stringify(input, null, 2), lang: "json" };
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
