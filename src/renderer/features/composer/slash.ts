import type { ApprovalMode } from "../../../protocol/settings.ts";
import { fuzzyMatch } from "../../lib/fuzzy.ts";
import { type Command, type KeyChoices, keysOf, shownKeys } from "../../state/commands.ts";

/** A line of the `/` list. */
export interface SlashEntry {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  /** Indices of the letters of the title that were typed. */
  readonly at: readonly number[];
  readonly target: { readonly type: "mode"; readonly mode: ApprovalMode } | { readonly type: "command"; readonly command: Command };
}

const modes: readonly { readonly mode: ApprovalMode; readonly detail: string }[] = [
  { mode: "plan", detail: "Plan only: nothing is written or run" },
  { mode: "ask", detail: "Ask first: you decide about each write and command" },
  { mode: "auto", detail: "What the sandbox allows runs without a question" },
];

/** What the `/` list shows: the approval modes by name, then the commands of the window that are possible now; best first. */
export function slashEntries(query: string, commands: readonly Command[], chosen: KeyChoices): readonly SlashEntry[] {
  const all: readonly Omit<SlashEntry, "at">[] = [
    ...modes.map(({ mode, detail }) => ({ key: `mode ${mode}`, title: `/${mode}`, detail, target: { type: "mode", mode } as const })),
    ...commands
      // The modes are there already, by a shorter name.
      .filter((command) => command.group !== "Approvals" && command.possible?.() !== false)
      .map((command) => {
        const keys = keysOf(command, chosen);
        const detail = keys === null ? command.group : shownKeys(keys);
        return { key: command.id, title: command.title, detail, target: { type: "command", command } as const };
      }),
  ];
  if (query.trim() === "") return all.map((entry) => ({ ...entry, at: [] }));
  return all
    .flatMap((entry) => {
      const match = fuzzyMatch(query, entry.title);
      return match === null ? [] : [{ ...entry, at: match.at, score: match.score + (entry.target.type === "mode" ? 4 : 0) }];
    })
    .toSorted((a, b) => b.score - a.score);
}

/** A prompt that begins with a mode (`/plan write the docs`): the mode to set first and the text that is left. */
export function leadingMode(text: string): { readonly mode: ApprovalMode; readonly rest: string } | null {
  const found = /^\/(plan|ask|auto)(?:\s+|$)/.exec(text);
  const mode = modes.find((each) => each.mode === found?.[1])?.mode;
  return found === null || mode === undefined ? null : { mode, rest: text.slice(found[0].length) };
}
