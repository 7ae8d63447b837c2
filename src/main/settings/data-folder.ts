import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/** Where Spindle keeps its data: `SPINDLE_HOME`, else `~/.spindle`. An empty variable counts as not set. */
export function dataFolder(env: NodeJS.ProcessEnv): string {
  const given = env["SPINDLE_HOME"]?.trim() ?? "";
  return given === "" ? path.join(homedir(), ".spindle") : path.resolve(given);
}

/**
 * Makes the data folder (0700) when it is missing. Throws `io_error`, which names SPINDLE_HOME, when that cannot be. Level by
 * level: Node's recursive form never ends in some virtual file systems (/proc, measured).
 */
export function makeDataFolder(home: string): void {
  try {
    const missing: string[] = [];
    let folder = home;
    while (!existsSync(folder)) {
      missing.unshift(folder);
      folder = path.dirname(folder);
    }
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    for (const level of missing) mkdirSync(level, { mode: 0o700 });
    accessSync(home, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SpindleError(
      "io_error",
      `The data folder ${home} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
      {
        hint: "Set SPINDLE_HOME to a folder that you may write to.",
        cause: error,
      },
    );
  }
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
