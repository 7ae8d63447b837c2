import type { SpindleEvent } from "../../protocol/event.ts";
import { scopeName } from "../../protocol/undo.ts";

/** Writes a line to standard output; a reader that went away (a closed pipe) is no error of ours. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One event per line for programs (`--json`). */
export function printJson(event: SpindleEvent): void {
  printLine(JSON.stringify(event));
}

/** An event for people: what was said, called, changed and how it ended. Null when there is nothing to say. */
export function eventText(event: SpindleEvent): string | null {
  switch (event.type) {
    case "assistant_text":
      return event.text;
    case "tool_started":
      return event.parentCallId === undefined ? `• ${event.name}` : null;
    case "tool_finished": {
      const indent = event.parentCallId === undefined ? "" : "  ";
      return `${indent}${event.ok ? "✓" : "✗"} ${event.name}: ${event.summary} (${Math.round(event.durationMs)} ms)`;
    }
    case "script_log":
      return `  │ ${event.text}`;
    case "patch_applied":
      return event.files.map((file) => `  ${file.path} +${file.added} −${file.removed}`).join("\n");
    case "files_changed_by_command": {
      const more = event.fileCount - event.files.length;
      const lines = event.files.map(
        (file) =>
          `  ${file.path} ${file.executable === undefined ? file.kind : `${file.kind} (${file.executable ? "now" : "no longer"} executable)`} by a command`,
      );
      return [...lines, ...(more > 0 ? [`  ${more} more files changed by a command`] : [])].join("\n");
    }
    case "patch_reverted":
      return [
        `${event.kind === "undo" ? "Undone" : "Redone"}: ${scopeName(event.scope)}`,
        ...event.files.map((file) => `  ${file.path} +${file.added} −${file.removed}`),
      ].join("\n");
    case "provider_retry":
      return `… ${event.error.message} Try ${event.attempt} of ${event.maxRetries} in ${(event.delayMs / 1000).toFixed(1)} s.`;
    case "approval_answered":
      return event.answer.decision === "deny" && event.answer.note !== undefined ? `  denied: ${event.answer.note}` : null;
    case "task_created":
      return `  task ${event.task.taskId} (${event.task.kind}): ${event.task.title}`;
    case "task_finished":
      return `  task ${event.task.taskId} ${event.task.status}: ${event.task.lastLine}`;
    case "task_late":
      return `  task ${event.taskId}: its answer came ${Math.round(event.late.ageMs / 1000)} s after the question`;
    case "notice":
      return `! ${event.message}`;
    case "turn_failed":
      return `The turn failed (${event.code}): ${event.message}${event.hint === undefined ? "" : `\n${event.hint}`}`;
    case "turn_finished":
      return event.status === "interrupted"
        ? event.reason === "closed" || event.reason === "killed"
          ? "The turn ended with Spindle."
          : "The turn was stopped."
        : null;
    default:
      return null;
  }
}
