import type { Json } from "../../protocol/json.ts";

/**
 * Shapes of keys that must never be shown, stored or sent, whoever they belong to. In text that is JSON itself a key at
 * the start of a line stands behind the letter of an escape (`\n`), where there is no word boundary.
 */
const patterns: readonly RegExp[] = [
  /(?:\b|(?<=\\[nrt]))sk-[A-Za-z0-9_-]{20,}\b/g,
  /(?:\b|(?<=\\[nrt]))gh[pousr]_[A-Za-z0-9]{36,}\b/g,
  /(?:\b|(?<=\\[nrt]))xox[abprs]-[A-Za-z0-9-]{10,}\b/g,
  /(?:\b|(?<=\\[nrt]))AKIA[0-9A-Z]{16}\b/g,
  // Whole, or cut short: then only what can be lines of a key goes, so that source that names the marker keeps its rest.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|(?:(?:\s|\\[nr])+(?:L\d+: )?[A-Za-z0-9+/=]{16,})+)/g,
];

/**
 * The one choke point for secrets: replaces the exact values of known secrets (keys of providers) and prefixed key
 * shapes by `[redacted]`. Known values shorter than 8 characters are ignored: they would hit ordinary text. A value is
 * found in its JSON form too: results of scripts are JSON inside text.
 */
export function createRedactor(secrets: () => readonly string[]): (text: string) => string {
  return (text) => {
    let out = text;
    for (const secret of secrets()) {
      if (secret.length < 8) continue;
      for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) out = out.replaceAll(form, "[redacted]");
    }
    for (const pattern of patterns) out = out.replace(pattern, "[redacted]");
    return out;
  };
}

/**
 * Redacts every text in a JSON value, keys of objects included. Text by text, never its serialized form: there a key's
 * shape could begin in one field and end in another, and the fields between would be lost.
 */
export function redactJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === "string") return redact(value);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map((item) => redactJson(item, redact));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactJson(item, redact)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
