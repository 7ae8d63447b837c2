import type { ScriptLogEntry } from "../../harness/harness.ts";

/** What a script wrote to its console, as its reader gets it. */
export interface ConsoleText {
  /** Lines as the script wrote them: one per call of `console`. */
  readonly lines: number;
  /** The lines in order; a level other than log and info stands before its line. */
  readonly text: string;
}

export interface ConsoleLines {
  add(entries: readonly ScriptLogEntry[]): void;
  read(): ConsoleText;
}

/** Characters kept. The harness stops at 256 KB; this holds when a script got at the guest's own count. */
const maxCharacters = 1_000_000;

/** Collects the console lines of one script, a million characters at most; joined once, when they are read. */
export function collectConsoleLines(): ConsoleLines {
  const kept: string[] = [];
  let lines = 0;
  let characters = 0;
  return {
    add(entries) {
      for (const { level, text } of entries) {
        lines++;
        if (characters + text.length > maxCharacters) continue;
        characters += text.length;
        kept.push(level === "log" || level === "info" ? text : `[${level}] ${text}`);
      }
    },
    read() {
      const left = lines - kept.length;
      return { lines, text: [...kept, ...(left === 0 ? [] : [`… ${left} more were not kept`])].join("\n") };
    },
  };
}
