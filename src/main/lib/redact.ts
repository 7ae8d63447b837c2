import type { Json } from "../../protocol/json.ts";

/** Shapes of keys that must never be shown, stored or sent, whoever they belong to, each with a text that every one of them holds. */
const shapes: readonly (readonly [marker: string, pattern: RegExp])[] = [
  ["sk-", prefixed("sk-[A-Za-z0-9_-]{20,}")],
  ["gh", prefixed("gh[pousr]_[A-Za-z0-9]{36,}")],
  ["github_pat_", prefixed("github_pat_[A-Za-z0-9_]{40,}")],
  ["glpat-", prefixed("glpat-[A-Za-z0-9_-]{20,}")],
  ["xox", prefixed("xox[abeprs]-[A-Za-z0-9-]{10,}")],
  ["IA", prefixed("A(?:KIA|SIA)[0-9A-Z]{16}")],
  ["AIza", prefixed("AIza[0-9A-Za-z_-]{35}")],
  ["k_", prefixed("[sr]k_(?:live|test)_[0-9A-Za-z]{20,}")],
  ["npm_", prefixed("npm_[A-Za-z0-9]{36}")],
  ["hf_", prefixed("hf_[A-Za-z0-9]{30,}")],
  // Whole, or cut short: then only what can be lines of a key goes, so that source that names the marker keeps its rest.
  [
    "PRIVATE KEY",
    /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|(?:(?:\s|\\[nr])+(?:L\d+: )?[A-Za-z0-9+/=]{16,})+)/g,
  ],
];

/** A key's shape at the start of a word. In text that is JSON a key at the start of a line stands behind the letter of an escape (`\n`). */
function prefixed(shape: string): RegExp {
  return new RegExp(`(?:\\b|(?<=\\\\[nrt]))${shape}\\b`, "g");
}

/** The password in an address. */
const passwordInAddress = /(:\/\/[^\s/:@"'`<>]{1,100}:)([^\s/:@"'`<>${}]{3,200})(?=@[\w[])/g;
/** What stands for a password in examples and templates stays. */
const placeholder = /^(?:pass(?:word|wd)?|pw|secret|token|key|user(?:name)?|x+|\*+|\.+)$/i;

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
    for (const [marker, pattern] of shapes) if (out.includes(marker)) out = out.replace(pattern, "[redacted]");
    if (!out.includes("://")) return out;
    return out.replace(passwordInAddress, (whole, before: string, password: string) =>
      placeholder.test(password) ? whole : `${before}[redacted]`,
    );
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
