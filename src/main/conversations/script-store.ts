import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Values scripts of one conversation keep for its next scripts: key to JSON text. The harness checks sizes. */
export interface ScriptStoreFile {
  entries(): Record<string, string>;
  /** `null` removes the key. On disk when it returns. */
  set(key: string, json: string | null): void;
}

/** Opens the store of a conversation; it is read with the first use and survives restarts. A damaged file throws: its values must not vanish silently. */
export function openScriptStore(file: string): ScriptStoreFile {
  let values: Map<string, string> | null = null;
  const load = (): Map<string, string> => (values ??= new Map(existsSync(file) ? parse(readFileSync(file, "utf8")) : []));
  return {
    entries: () => Object.fromEntries(load()),
    set(key, json) {
      const map = load();
      if (json === null) map.delete(key);
      else map.set(key, json);
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const temp = `${file}.${process.pid}.tmp`;
      writeFileSync(temp, JSON.stringify([...map]), { mode: 0o600 });
      renameSync(temp, file);
    },
  };
}

function parse(text: string): [string, string][] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error("The store of this conversation is not a list of entries.");
  return value.filter(
    (entry): entry is [string, string] => Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "string",
  );
}
