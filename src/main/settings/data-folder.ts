import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Where Spindle keeps its data: `SPINDLE_HOME`, else `~/.spindle`. */
export function dataFolder(env: NodeJS.ProcessEnv): string {
  return path.resolve(env["SPINDLE_HOME"] ?? path.join(homedir(), ".spindle"));
}

/** Folders opened lately, newest first, at most 12. */
export interface Recents {
  list(): readonly string[];
  add(root: string): void;
}

/** Opens `recents.json`. A damaged file counts as empty: it is a convenience, rebuilt by opening folders. */
export function openRecents(home: string): Recents {
  const file = path.join(home, "recents.json");
  const list = (): readonly string[] => {
    if (!existsSync(file)) return [];
    try {
      const value: unknown = JSON.parse(readFileSync(file, "utf8"));
      return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
    } catch {
      return [];
    }
  };
  return {
    list,
    add(root) {
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const temp = `${file}.${process.pid}.tmp`;
      writeFileSync(temp, JSON.stringify([root, ...list().filter((item) => item !== root)].slice(0, 12)), { mode: 0o600 });
      renameSync(temp, file);
    },
  };
}
