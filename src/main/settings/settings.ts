import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { settingsSchema, type Settings } from "../../protocol/settings.ts";
import { issuesText } from "../lib/issues.ts";

/** The settings of a data folder: read once, written whole. */
export interface SettingsFile {
  get(): Settings;
  /** Validates and writes; the new settings hold from the next turn on. Throws `settings_invalid`. */
  update(settings: Settings): Settings;
}

/**
 * Opens `settings.json` in the data folder; a missing file means defaults. Throws `settings_invalid`, which names the
 * field, when the file is there but wrong: silently ignoring it could run with weaker safety than was asked for.
 */
export function openSettings(home: string): SettingsFile {
  const file = path.join(home, "settings.json");
  let current = existsSync(file) ? parse(readFileSync(file, "utf8"), file) : settingsSchema.parse({});
  return {
    get: () => current,
    update(settings) {
      current = check(settings, file);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const temp = `${file}.${process.pid}.tmp`;
      writeFileSync(temp, `${JSON.stringify(current, null, 2)}\n`, { mode: 0o600 });
      renameSync(temp, file);
      return current;
    },
  };
}

function parse(text: string, file: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SpindleError("settings_invalid", `${file} is not valid JSON.`, {
      hint: "Mend it, or move it away to start from the defaults.",
      cause: error,
    });
  }
  return check(value, file);
}

function check(value: unknown, file: string): Settings {
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpindleError("settings_invalid", `${file}: ${issuesText(parsed.error)}`, {
    hint: "Mend the named field; every field has a default and may be left out.",
  });
}
