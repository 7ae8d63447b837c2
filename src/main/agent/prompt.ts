import type { Attachment } from "../../protocol/attachment.ts";
import type { ApprovalMode, SandboxLevel } from "../../protocol/settings.ts";

/**
 * The first user content of every model request: the prompt that began the conversation, word for word, so that a
 * model deep in its work still sees what was asked. A closing tag inside the prompt is defused.
 */
export function originalUserPrompt(prompt: string): string {
  return `<original-user-prompt>\n${prompt.replaceAll("</original-user-prompt>", "<\\/original-user-prompt>")}\n</original-user-prompt>`;
}

export interface Surroundings {
  readonly projectRoot: string;
  readonly platform: string;
  readonly date: string;
  readonly approval: ApprovalMode;
  readonly sandbox: SandboxLevel;
  /** Null when nothing is enforced. */
  readonly enforcer: string | null;
}

/** Facts about where the work happens; the second user content of a request. */
export function environmentContext(facts: Surroundings): string {
  return [
    "<environment>",
    `project: ${facts.projectRoot}`,
    `platform: ${facts.platform}`,
    `date: ${facts.date}`,
    `approval mode: ${facts.approval}`,
    `sandbox: ${facts.sandbox}${facts.enforcer === null ? " (not enforced: every command asks)" : ` (${facts.enforcer})`}`,
    "</environment>",
  ].join("\n");
}

/** What a user message looks like to the model: its text, then the files that came with it. */
export function userText(text: string, attachments: readonly Attachment[]): string {
  if (attachments.length === 0) return text;
  const list = attachments.map((item) => `- ${item.path} (${item.kind}, ${item.size} bytes)`).join("\n");
  return `${text}\n\n<attached>\n${list}\nRead them with readFile or listDir; reading them is allowed wherever they are.\n</attached>`;
}

/** A finished task as the model reads it. It is data from a helper, not words of the person; it cannot close its own tag. */
export function taskResultText(task: {
  readonly taskId: string;
  readonly title: string;
  readonly status: string;
  readonly text: string;
}): string {
  return `<task-result id="${task.taskId}" title="${task.title.replaceAll('"', "'")}" status="${task.status}">\n${task.text.replaceAll("</task-result>", "<\\/task-result>")}\n</task-result>`;
}

/** Fills the placeholder of `resources/prompts/system.md` with the declarations of the tools. */
export function systemPrompt(template: string, declarations: string): string {
  return template.replace("{{declarations}}", () => declarations);
}
