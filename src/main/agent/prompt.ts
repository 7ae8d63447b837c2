import type { Attachment } from "../../protocol/attachment.ts";
import { withoutHidden } from "../../grammar/hidden-text.ts";
import type { ApprovalMode, Reach, SandboxLevel } from "../../protocol/settings.ts";

/**
 * The first user content of every model request: the prompt that began the conversation, word for word, so that a
 * model deep in its work still sees what was asked, but for characters that cannot be seen. A closing tag inside the prompt is defused.
 */
export function originalUserPrompt(prompt: string): string {
  return `<original-user-prompt>\n${withoutHidden(prompt).text.replaceAll("</original-user-prompt>", "<\\/original-user-prompt>")}\n</original-user-prompt>`;
}

export interface Surroundings {
  readonly projectRoot: string;
  readonly platform: string;
  readonly date: string;
  readonly approval: ApprovalMode;
  readonly sandbox: SandboxLevel;
  /** Null when nothing is enforced. */
  readonly enforcer: string | null;
  /** What sandboxed commands reach besides files. */
  readonly reach: Reach;
  /** False: nothing of the folder is run. */
  readonly trusted: boolean;
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
    `network: ${reachTexts[facts.reach]}`,
    ...(facts.trusted ? [] : ["trust: the person has not said that they trust this folder, so no command runs in it"]),
    "</environment>",
  ].join("\n");
}

const reachTexts: Readonly<Record<Reach, string>> = {
  nothing: "none in the sandbox, only its own loopback",
  "local-sockets": "none in the sandbox, only its own loopback and unix sockets of its own",
  network: "allowed",
};

/** What a user message looks like to the model: its text without what cannot be seen, then the files that came with it. */
export function userText(given: string, attachments: readonly Attachment[]): string {
  const { text } = withoutHidden(given);
  if (attachments.length === 0) return text;
  const list = attachments.map((item) => `- ${item.path} (${item.kind}${rangeText(item)}, ${item.size} bytes)`).join("\n");
  return `${text}\n\n<attached>\n${list}\nRead them with readFile or listDir; reading them is allowed wherever they are.\n</attached>`;
}

/** Which lines are meant, and how readFile is asked for them. */
function rangeText({ range }: Attachment): string {
  if (range === undefined) return "";
  return `, lines ${range.from} to ${range.to}: offset ${range.from}, limit ${range.to - range.from + 1}`;
}

/** A finished task as the model reads it. It is data from a helper, not words of the person; it cannot close its own tag. */
export function taskResultText(task: {
  readonly taskId: string;
  readonly title: string;
  readonly status: string;
  readonly text: string;
}): string {
  return `<task-result id="${task.taskId}" title="${withoutHidden(task.title).text.replaceAll('"', "'")}" status="${task.status}">\n${withoutHidden(task.text).text.replaceAll("</task-result>", "<\\/task-result>")}\n</task-result>`;
}

/** Fills the placeholder of `resources/prompts/system.md` with the declarations of the tools. */
export function systemPrompt(template: string, declarations: string): string {
  return template.replace("{{declarations}}", () => declarations);
}
