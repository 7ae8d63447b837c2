import { type Attachment, attachmentKey } from "../../../protocol/attachment.ts";
import type { ConversationView } from "../../state/conversation-view.ts";

/** Who wrote a part of a request. */
export type PartKind = "original" | "surroundings" | "prompt" | "task" | "answer" | "call" | "result" | "reasoning";

export interface RequestPart {
  readonly kind: PartKind;
  readonly messages: number;
  readonly characters: number;
}

const order: readonly PartKind[] = ["original", "surroundings", "prompt", "answer", "reasoning", "call", "result", "task"];

const heading = /^\[(user|assistant|reasoning, opaque|call \S+ \S+|result \S+?(?:, failed)?)\](?:\n|$)/;
const boundary = /\n\n(?=\[(?:user|assistant|reasoning, opaque|call \S+ \S+|result \S+?(?:, failed)?)\](?:\n|$))/;

/**
 * What a request consists of, by the headings of the raw view; parts that are not there are left out. Characters, because nobody
 * but the provider counts tokens. A text that imitates a heading counts for what it imitates; the sum is right all the same.
 */
export function requestParts(raw: string): readonly RequestPart[] {
  if (raw === "") return [];
  const found = new Map<PartKind, { messages: number; characters: number }>();
  const add = (kind: PartKind, characters: number): void => {
    const part = found.get(kind) ?? { messages: 0, characters: 0 };
    found.set(kind, { messages: part.messages + 1, characters: part.characters + characters });
  };
  for (const message of raw.split(boundary)) {
    const head = heading.exec(message);
    const text = head === null ? message : message.slice(head[0].length);
    add(kindOf(head?.[1] ?? "", text), text.length);
  }
  return order.flatMap((kind) => {
    const part = found.get(kind);
    return part === undefined ? [] : [{ kind, ...part }];
  });
}

function kindOf(head: string, text: string): PartKind {
  if (head === "") return "original";
  if (head === "assistant") return "answer";
  if (head.startsWith("reasoning")) return "reasoning";
  if (head.startsWith("call ")) return "call";
  if (head.startsWith("result ")) return "result";
  if (text.startsWith("<environment>")) return "surroundings";
  return text.startsWith("<task-result ") ? "task" : "prompt";
}

/** The prompt that every request begins with; null before there is one. */
export function originalPrompt({ steps }: Pick<ConversationView, "steps">): string | null {
  const step = steps.find((each) => each.kind === "user" && each.original);
  return step?.kind === "user" ? step.text : null;
}

/** Everything that came with prompts, once each, in the order it came. */
export function attachedFiles({ steps }: Pick<ConversationView, "steps">): readonly Attachment[] {
  const found = new Map<string, Attachment>();
  for (const step of steps) {
    if (step.kind !== "user") continue;
    for (const file of step.attachments) found.set(attachmentKey(file), file);
  }
  return [...found.values()];
}

export interface ToolUse {
  readonly tool: string;
  readonly direct: number;
  /** By scripts: the model reads only what a script returns of them. */
  readonly inScripts: number;
}

/** How often each tool was called, most first. */
export function toolUses({ steps }: Pick<ConversationView, "steps">): readonly ToolUse[] {
  const uses = new Map<string, { direct: number; inScripts: number }>();
  const count = (tool: string, where: "direct" | "inScripts"): void => {
    const use = uses.get(tool) ?? { direct: 0, inScripts: 0 };
    use[where]++;
    uses.set(tool, use);
  };
  for (const step of steps) {
    if (step.kind === "call") count(step.call.tool, "direct");
    if (step.kind !== "script") continue;
    count("script", "direct");
    for (const call of step.calls) count(call.tool, "inScripts");
  }
  return [...uses]
    .map(([tool, use]) => ({ tool, ...use }))
    .toSorted((a, b) => b.direct + b.inScripts - (a.direct + a.inScripts) || a.tool.localeCompare(b.tool));
}
