import path from "node:path";
import type { CommandAction } from "../../protocol/command-action.ts";
import { isHelper } from "./actions/helpers.ts";
import { summarise } from "./actions/summarise.ts";
import type { Summary } from "./actions/summary.ts";
import { joinWords, splitWords } from "./quote.ts";

/**
 * What a script does, for display: reads, listings and searches in order, or one `unknown` with the whole script when
 * any of its commands is something else. `words` are its plain words (null makes it unknown), `folder` is where it runs.
 * Rules of Codex 0.169.0, measured.
 */
export function commandActions(script: string, words: readonly (readonly string[])[] | null, folder: string): CommandAction[] {
  const whole: CommandAction = { type: "unknown", command: script };
  const telling = (words ?? []).filter((command) => !isHelper(command));
  if (words === null || telling.length === 0) return [whole];
  const parts = leaveOutNoise(partsOf(telling));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) parts[0] = { ...only, command: shownCommand(only, script, words.length) };
  const actions = parts.map((part) => actionOf(part, folder)).filter((action, at, all) => !isSame(action, all[at - 1]));
  return actions.some((action) => action.type === "unknown") ? [whole] : actions;
}

interface Part {
  readonly words: readonly string[];
  readonly summary: Summary;
  readonly command: string;
}

/** Every command but `cd`, which moves the paths of what follows. */
function partsOf(commands: readonly (readonly string[])[]): Part[] {
  let base: string | null = null;
  const parts: Part[] = [];
  for (const words of commands) {
    if (words[0] === "cd") {
      const target = cdTarget(words.slice(1));
      if (target !== undefined) base = base === null ? target : joinPath(base, target);
      continue;
    }
    const summary = summarise(words);
    const moved: Summary = summary.type === "read" && base !== null ? { ...summary, file: joinPath(base, summary.file) } : summary;
    parts.push({ words, summary: moved, command: joinWords(words) });
  }
  return parts;
}

function cdTarget(words: readonly string[]): string | undefined {
  const end = words.indexOf("--");
  if (end !== -1) return words[end + 1];
  return words.findLast((word) => !word.startsWith("-"));
}

/** Leaves out, as long as anything else is left: `true`, a leading `echo`, `nl` without a file. */
function leaveOutNoise(parts: readonly Part[]): Part[] {
  if (parts.length < 2) return [...parts];
  let left = parts.filter((part) => !(part.summary.type === "unknown" && part.command === "true"));
  while (left.length > 1) {
    const noise = left.findIndex(({ summary, words: [program, ...rest] }, at) => {
      if (summary.type !== "unknown") return false;
      return (at === 0 && program === "echo") || (program === "nl" && rest.every((word) => word.startsWith("-")));
    });
    if (noise === -1) break;
    left = left.filter((_, at) => at !== noise);
  }
  return left;
}

/** A single command is shown as the script has it; of a pipeline only the part that tells, unless `sed -n` cuts it. */
function shownCommand(part: Part, script: string, commandCount: number): string {
  if (part.summary.type === "unknown") return part.command;
  const written = splitWords(script) ?? [script];
  const has = (word: string): boolean => written.includes(word);
  if (commandCount === 1 && !["|", "&&", "||", ";"].some(has)) return joinWords(written);
  const cutBySed = has("|") && written.some((word, at) => word === "sed" && written[at + 1] === "-n");
  return part.summary.type === "read" && cutBySed ? script : part.command;
}

function actionOf({ summary, command }: Part, folder: string): CommandAction {
  switch (summary.type) {
    case "read":
      return { type: "read", command, name: summary.name, path: placeOf(summary.file, folder) };
    case "listFiles":
      return { type: "listFiles", command, path: summary.path };
    case "search":
      return { type: "search", command, query: summary.query, path: summary.path };
    case "unknown":
      return { type: "unknown", command };
  }
}

function isSame(a: CommandAction, b: CommandAction | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Where a file is, by the text alone: `.` and inner `..` go, `..` out of the folder stays readable as such. */
function placeOf(file: string, folder: string): string {
  const clean = path.posix.normalize(file).replace(/(?<=.)\/$/, "");
  return clean === "." ? folder : joinPath(folder, clean);
}

/** An absolute path replaces the base. */
function joinPath(base: string, file: string): string {
  if (/^(?:\/|\\\\|[A-Za-z]:\\)/.test(file)) return file;
  return base === "" || base.endsWith("/") ? `${base}${file}` : `${base}/${file}`;
}
