import { assertNever } from "../../protocol/error.ts";
import { displayPath } from "../lib/paths.ts";
import type { PolicyEffect } from "./policy.ts";

/**
 * Characters that do not show, or that change how others show, as ranges of code points: controls (but tab and line end),
 * soft hyphen, joiners and fillers, direction, line separators, variation selectors, byte order mark, tags.
 */
const hidden: readonly (readonly [number, number])[] = [
  [0x0, 0x8],
  [0xb, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** Makes every hidden character visible as `\u{…}`, so that what is approved is what is shown. Tabs and line ends stay. */
export function visibleText(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return hidden.some(([first, last]) => code >= first && code <= last) ? `\\u{${code.toString(16)}}` : character;
  }).join("");
}

/** What a card says a call will do, in full: a command is never shortened. */
export function describeEffect(effect: PolicyEffect, projectRoot: string): string {
  const shown = (file: string): string => visibleText(displayPath(projectRoot, file));
  switch (effect.kind) {
    case "read":
      return `read ${effect.paths.map(shown).join(", ")}`;
    case "write":
      return `change ${effect.paths.length === 1 ? "" : `${effect.paths.length} files: `}${effect.paths.map(shown).join(", ")}`;
    case "command":
      return `${visibleText(effect.cmd)}${runsIn(effect.folder.path, projectRoot)}`;
    case "script":
      return "run a script";
    case "spawn":
      return describeSpawn(effect, projectRoot);
    default:
      return assertNever(effect);
  }
}

function describeSpawn({ input, folder }: Extract<PolicyEffect, { kind: "spawn" }>, projectRoot: string): string {
  switch (input.kind) {
    case "ask":
      return `ask an expert model: ${visibleText(input.question)}`;
    case "agent":
      return `start an agent: ${visibleText(input.prompt)}`;
    case "exec":
      return `${visibleText(assignments(input.env ?? {}))}${visibleText(input.cmd)}${runsIn(folder?.path ?? projectRoot, projectRoot)}`;
    case "script":
      return `start a script:\n${visibleText(input.code)}`;
    default:
      return assertNever(input);
  }
}

function runsIn(absolute: string, projectRoot: string): string {
  const folder = displayPath(projectRoot, absolute);
  return folder === "." ? "" : `  (in ${visibleText(folder)})`;
}

/** Variables as they would be written in front of a command: they can change what it does, so they are shown with it. */
export function assignments(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}' `)
    .join("");
}
