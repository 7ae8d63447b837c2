import { assertNever } from "../../protocol/error.ts";
import { displayPath } from "../lib/paths.ts";
import type { PolicyEffect } from "./policy.ts";

/** Characters that do not show, or that change how others show: control, zero-width, direction, tags, fillers. */
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|[\u{1d173}-\u{1d17a}]/gu;

/** Makes every hidden character visible as `\u{…}`, so that what is approved is what is shown. Tabs and line ends stay. */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** What a card says a call will do, in full: a command is never shortened. */
export function describeEffect(effect: PolicyEffect, projectRoot: string): string {
  const shown = (file: string): string => visibleText(displayPath(projectRoot, file));
  switch (effect.kind) {
    case "read":
      return `read ${effect.paths.map(shown).join(", ")}`;
    case "write":
      return `change ${effect.paths.length === 1 ? "" : `${effect.paths.length} files: `}${effect.paths.map(shown).join(", ")}`;
    case "command": {
      const folder = displayPath(projectRoot, effect.workdir);
      return `${visibleText(effect.cmd)}${folder === "." ? "" : `  (in ${visibleText(folder)})`}`;
    }
    case "script":
      return "run a script";
    case "spawn":
      return describeSpawn(effect.input);
    default:
      return assertNever(effect);
  }
}

function describeSpawn(input: Extract<PolicyEffect, { kind: "spawn" }>["input"]): string {
  switch (input.kind) {
    case "ask":
      return `ask an expert model: ${visibleText(input.question)}`;
    case "agent":
      return `start an agent: ${visibleText(input.prompt)}`;
    case "exec":
      return `${visibleText(input.cmd)}${input.workdir === undefined ? "" : `  (in ${visibleText(input.workdir)})`}`;
    case "script":
      return `start a script:\n${visibleText(input.code)}`;
    default:
      return assertNever(input);
  }
}
