import type { CommandAction } from "../../protocol/command-action.ts";

/** What a command did, for a row that is quieter than the command itself. Never used where something is approved. */
export interface CommandLabel {
  readonly kind: "read" | "list" | "search" | "look" | "patch";
  /** One line: files, folders, patterns. */
  readonly subject: string;
}

/** Null when the command is not one that only looks. */
export function commandLabel(actions: readonly CommandAction[] | undefined): CommandLabel | null {
  const [first] = actions ?? [];
  if (actions === undefined || first === undefined || actions.some((action) => action.type === "unknown")) return null;
  const kind = actions.every((action) => action.type === first.type) ? kinds[first.type] : "look";
  return { kind, subject: listed(actions.map(subjectOf)) };
}

/** A command that was a patch call. */
export function patchLabel(paths: readonly string[]): CommandLabel {
  return { kind: "patch", subject: listed(paths) };
}

const kinds = { read: "read", listFiles: "list", search: "search", unknown: "look" } as const;

function subjectOf(action: CommandAction): string {
  switch (action.type) {
    case "read":
      return action.name;
    case "listFiles":
      return action.path ?? "files";
    case "search": {
      const query = action.query === null ? "" : `“${action.query}”`;
      return action.path === null ? query : `${query} in ${action.path}`;
    }
    case "unknown":
      return action.command;
  }
}

function listed(subjects: readonly string[]): string {
  const lines = subjects.map((subject) => subject.replaceAll(/\s+/g, " ").trim());
  const text = lines.length <= 3 ? lines.join(", ") : `${lines.slice(0, 2).join(", ")} and ${lines.length - 2} more`;
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
