import type { ConversationRow } from "../../../protocol/ipc.ts";
import { fuzzyMatch } from "../../lib/fuzzy.ts";
import { type Command, type KeyChoices, keysOf, shownKeys } from "../../state/commands.ts";

/** A line of the palette. */
export interface Entry {
  readonly key: string;
  readonly title: string;
  readonly group: string;
  readonly keys: string | null;
  /** Indices of the characters of the title that were typed. */
  readonly at: readonly number[];
  readonly target: { readonly type: "command"; readonly command: Command } | { readonly type: "conversation"; readonly id: string };
}

const most = 50;

/**
 * What the palette shows for a query: commands that are possible and conversations, best first; without a query all commands in
 * their order, then the newest conversations.
 */
export function entriesFor(
  query: string,
  from: { readonly commands: readonly Command[]; readonly keys: KeyChoices; readonly conversations: readonly ConversationRow[] },
): readonly Entry[] {
  const commands = from.commands
    .filter((command) => command.id !== "palette.open" && command.possible?.() !== false)
    .map((command): Omit<Entry, "at"> => {
      const keys = keysOf(command, from.keys);
      return {
        key: command.id,
        title: command.title,
        group: command.group,
        keys: keys === null ? null : shownKeys(keys),
        target: { type: "command", command },
      };
    });
  const conversations = from.conversations.map(({ id, title }): Omit<Entry, "at"> => ({
    key: `conversation ${id}`,
    title,
    group: "Go to",
    keys: null,
    target: { type: "conversation", id },
  }));
  const all = [...commands, ...conversations];
  if (query.trim() === "") return all.slice(0, most).map((entry) => ({ ...entry, at: [] }));
  return all
    .flatMap((entry) => {
      const match = fuzzyMatch(query, entry.title);
      return match === null ? [] : [{ ...entry, at: match.at, score: match.score }];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most);
}
