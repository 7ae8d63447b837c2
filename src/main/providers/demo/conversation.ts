import type { Json } from "../../../protocol/json.ts";
import type { ModelMessage } from "../provider.ts";
import { extractJson, type JsonObject } from "./extract-json.ts";

/** One call of the current turn with what came back. `name` is the `step` a Demo script declares, otherwise the tool's name. */
export interface DemoStep {
  readonly name: string;
  readonly input: string;
  readonly ok: boolean;
  readonly text: string;
  /** The structured value a script returned; null when there is none. */
  readonly value: JsonObject | null;
}

export interface DemoTask {
  readonly title: string;
  readonly status: string;
  readonly text: string;
}

/** Words of the person that wait for an answer. */
export interface DemoPrompt {
  readonly prompt: string;
  /** Paths of files and folders that came with it. */
  readonly attached: readonly string[];
}

/** What the rules look at: the request's messages, sorted out. */
export interface DemoConversation extends DemoPrompt {
  /** What the person sent while the Demo worked on `prompt`, oldest first. */
  readonly later: readonly DemoPrompt[];
  /** Calls of the turns before. */
  readonly earlier: readonly DemoStep[];
  /** Approval mode, as the environment message names it; empty when it does not. */
  readonly approval: string;
  /** Calls made since the oldest of those words, in order. */
  readonly steps: readonly DemoStep[];
  /** Task results that arrived since those words. */
  readonly tasks: readonly DemoTask[];
  /** True when a task's result, not a person, began this turn. */
  readonly woken: boolean;
}

/**
 * Sorts out the messages of a request: `prompt` is the first one without an answer, `later` what came while the Demo
 * worked on it. A prompt that no Demo script followed is dropped for a newer one: its turn failed elsewhere, and nobody
 * expects it to run now. Pure; unknown messages count as words of the person.
 */
export function readConversation(messages: readonly ModelMessage[]): DemoConversation {
  let prompts: { prompt: string; attached: string[] }[] = [];
  let earlier: DemoStep[] = [];
  let byDemo = false;
  let approval = "";
  let steps: DemoStep[] = [];
  let tasks: DemoTask[] = [];
  let woken = false;
  /** The model had the last word: what comes next begins a turn. */
  let settled = false;
  const open = new Map<string, { name: string; input: string }>();
  for (const message of messages) {
    switch (message.role) {
      case "user": {
        const task = readTask(message.text);
        if (task !== null) {
          if (settled) {
            earlier = [...earlier, ...steps];
            steps = [];
            tasks = [];
            woken = true;
            settled = false;
          }
          tasks.push(task);
        } else if (message.text.startsWith("<environment>")) {
          approval = /^approval mode: (\S+)/m.exec(message.text)?.[1] ?? approval;
          prompts.at(-1)?.attached.push(...attachedPaths(message.text));
        } else if (message.text.startsWith("<turn-interrupted>")) {
          settled = true;
        } else {
          const next = { prompt: promptText(message.text), attached: attachedPaths(message.text) };
          if (!settled && !woken && byDemo) {
            prompts.push(next);
            break;
          }
          prompts = [next];
          earlier = [...earlier, ...steps];
          steps = [];
          byDemo = false;
          if (settled) tasks = [];
          woken = false;
          settled = false;
        }
        break;
      }
      case "assistant":
        settled = true;
        break;
      case "call":
        settled = false;
        open.set(message.wireCallId, { name: message.name, input: message.input });
        break;
      case "result": {
        const call = open.get(message.wireCallId) ?? { name: "unknown", input: "" };
        const name = demoStepName(call.input);
        byDemo = name !== undefined;
        steps.push({ name: name ?? call.name, input: call.input, ok: message.ok, text: message.text, value: extractJson(message.text) });
        break;
      }
      case "reasoning":
        break;
    }
  }
  const [first = { prompt: "", attached: [] }, ...later] = prompts;
  return { ...first, later, earlier, approval, steps, tasks, woken };
}

/** Text of a field, or undefined when it is something else. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function demoStepName(input: string): string | undefined {
  // The last one: a script's own `return` stands behind any text it carries.
  return [...input.matchAll(/\bstep: \\?"([a-z-]+)\\?"/g)].at(-1)?.[1];
}

function promptText(text: string): string {
  const tagged = /^<original-user-prompt>\n?([\s\S]*?)\n?<\/original-user-prompt>/.exec(text);
  const words = tagged?.[1]?.replaceAll("<\\/original-user-prompt>", "</original-user-prompt>") ?? text;
  return words.replace(/\n*<attached>[\s\S]*<\/attached>\s*$/, "").trim();
}

function attachedPaths(text: string): string[] {
  const block = /<attached>\n([\s\S]*?)<\/attached>/.exec(text)?.[1] ?? "";
  return [...block.matchAll(/^- (.+) \((?:file|dir|folder|image)[^()]*\)$/gm)].map((match) => match[1] ?? "");
}

function readTask(text: string): DemoTask | null {
  const found = /^<task-result\b([^>]*)>\n?([\s\S]*?)\n?<\/task-result>/.exec(text);
  if (found === null) return null;
  const attribute = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(found[1] ?? "")?.[1] ?? "";
  return { title: attribute("title"), status: attribute("status"), text: found[2] ?? "" };
}
