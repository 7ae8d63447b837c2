import type { SpindleEvent } from "../../protocol/event.ts";
import type { CommandFile, PatchFile } from "../../protocol/patch.ts";
import { scopeName } from "../../protocol/undo.ts";
import { originalUserPrompt } from "../agent/prompt.ts";
import { foldRow } from "./row.ts";

/** A conversation as Markdown, for people to keep; the original prompt stands at the top as models get it. */
export function transcriptMarkdown(id: string, events: readonly SpindleEvent[]): string {
  const { row, projectRoot } = foldRow(id, events);
  const first = events.find((event) => event.type === "user_message");
  const out = [
    originalUserPrompt(first?.type === "user_message" ? first.text : ""),
    `# ${row.title}`,
    `Project: \`${projectRoot}\` · ${new Date(row.createdAt).toISOString()}`,
  ];
  const seen = { prompt: false };
  for (const event of events) {
    const part = section(event, seen);
    if (part !== null) out.push(part);
  }
  return `${out.join("\n\n")}\n`;
}

function section(event: SpindleEvent, seen: { prompt: boolean }): string | null {
  switch (event.type) {
    case "user_message": {
      const files = event.attachments.map((item) => `- \`${item.path}\``).join("\n");
      seen.prompt = true;
      return `## Prompt\n\n${event.text}${files === "" ? "" : `\n\n${files}`}`;
    }
    case "assistant_text":
      return event.text;
    case "tool_started": {
      if (event.parentCallId !== undefined) return null;
      const code =
        event.name === "script" && typeof event.input === "object" && event.input !== null && "code" in event.input
          ? event.input["code"]
          : undefined;
      return typeof code === "string"
        ? `### Script ${event.callId}\n\n${fence(code, "ts")}`
        : `### ${event.name} ${event.callId}\n\n${fence(JSON.stringify(event.input, null, 1), "json")}`;
    }
    case "tool_finished":
      return event.parentCallId === undefined
        ? fence(event.text, "")
        : `- \`${event.name}\` ${event.callId}: ${event.summary} (${Math.round(event.durationMs)} ms)`;
    case "patch_applied":
      return event.files.map(fileDiff).join("\n\n");
    case "files_changed_by_command": {
      const files = event.files.map((file) => `- \`${file.path}\` ${file.kind}${counts(file)}`).join("\n");
      return `Changed by a command (${event.callIds.join(", ")}):\n\n${files}`;
    }
    case "patch_reverted":
      return `> ${event.kind === "undo" ? "Undone" : "Redone"} by the person: ${scopeName(event.scope)} (${event.callIds.join(", ")})\n\n${event.files.map(fileDiff).join("\n\n")}`;
    case "task_delivered":
      return `### Task: ${event.title} (${event.status})\n\n${event.text}`;
    case "task_late":
      return `### Late answer: ${event.title} (${Math.round(event.late.ageMs / 1000)} s after the question)\n\n${event.text}`;
    case "turn_failed":
      return `> The turn failed (${event.code}): ${event.message}`;
    case "turn_finished":
      return event.status === "interrupted" ? "> The turn was stopped." : null;
    default:
      return null;
  }
}

function counts({ added, removed }: CommandFile): string {
  return added === null || removed === null ? "" : ` +${added} −${removed}`;
}

function fileDiff(file: PatchFile): string {
  return `**${file.path}** +${file.added} −${file.removed}\n\n${fence(file.hunks.flatMap((hunk) => hunk.lines).join("\n"), "diff")}`;
}

/** A code fence longer than any run of backticks inside. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text.replace(/\n$/, "")}\n${ticks}`;
}
