import { existsSync, readFileSync, renameSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";

/** Values scripts of one conversation keep for its next scripts: key to JSON text. The harness checks sizes. */
export interface ScriptStoreFile {
  entries(): Record<string, string>;
  /** `null` removes the key. Known at once, on disk within 100 ms or with `flush`. */
  set(key: string, json: string | null): void;
  /**
   * Resolves when everything set is on disk. Throws `io_error` when it could not be written, and once after a damaged
   * file was found: it was moved aside, and the store began empty.
   */
  flush(): Promise<void>;
}

/** A script may set a value thousands of times a second; each write is the whole file. */
const writeAfterMs = 100;

/** Opens the store of a conversation, whose folder must exist; it is read with the first use and survives restarts. */
export function openScriptStore(file: string): ScriptStoreFile {
  let values: Map<string, string> | null = null;
  let problem: SpindleError | null = null;
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const load = (): Map<string, string> => {
    if (values !== null) return values;
    try {
      values = new Map(existsSync(file) ? parse(readFileSync(file, "utf8")) : []);
    } catch (error) {
      const aside = `${file}.damaged`;
      renameSync(file, aside);
      problem = new SpindleError("io_error", `What scripts of this conversation had stored was damaged; they start with an empty store.`, {
        hint: `The damaged file is ${aside}.`,
        cause: error,
      });
      values = new Map();
    }
    return values;
  };
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (!dirty || values === null) return;
    dirty = false;
    const temp = `${file}.${process.pid}.tmp`;
    try {
      const handle = await open(temp, "w", 0o600);
      try {
        await handle.writeFile(JSON.stringify([...values]));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temp, file);
    } catch (error) {
      dirty = true;
      const reason = error instanceof Error ? error.message : String(error);
      problem = new SpindleError("io_error", `What a script stored could not be written: ${reason}`, {
        hint: "Scripts of this run of Spindle still find it; make room on the disk and store it again.",
        cause: error,
      });
    }
  };
  const inLine = (): Promise<void> => (writing = writing.then(write));

  return {
    entries: () => Object.fromEntries(load()),
    set(key, json) {
      const map = load();
      if (json === null) map.delete(key);
      else map.set(key, json);
      dirty = true;
      timer ??= setTimeout(() => void inLine(), writeAfterMs);
    },
    async flush() {
      await inLine();
      if (problem === null) return;
      const found = problem;
      problem = null;
      throw found;
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
