import type { Json } from "../../protocol/json.ts";
import { keyShapes } from "./key-shapes.ts";

/** The password in an address. */
const passwordInAddress = /(:\/\/[^\s/:@"'`<>]{1,100}:)([^\s/:@"'`<>${}]{3,200})(?=@[\w[])/g;
/** What stands for a password in examples and templates stays. */
const placeholder = /^(?:pass(?:word|wd)?|pw|secret|token|key|user(?:name)?|x+|\*+|\.+)$/i;

export interface Redactor {
  (text: string): string;
  /** For text that goes on: how many characters at its end may be the beginning of something that has to go. */
  openEnd(text: string): number;
}

/**
 * The one choke point for secrets: replaces the exact values of known secrets (keys of providers) and prefixed key
 * shapes by `[redacted]`. Known values shorter than 8 characters are ignored: they would hit ordinary text. A value is
 * found in its JSON form too: results of scripts are JSON inside text.
 */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  const forms = (): string[] =>
    secrets()
      .filter((secret) => secret.length >= 8)
      .flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]);
  const redact = (text: string): string => {
    let out = text;
    for (const form of forms()) out = out.replaceAll(form, "[redacted]");
    for (const { marker, pattern } of keyShapes) if (out.includes(marker)) out = out.replace(pattern, "[redacted]");
    if (!out.includes("://")) return out;
    return out.replace(passwordInAddress, (whole, before: string, password: string) =>
      placeholder.test(password) ? whole : `${before}[redacted]`,
    );
  };
  return Object.assign(redact, { openEnd: (text: string) => openEnd(text, forms()) });
}

/** How much of the end of a text can be the beginning of a key of a shape, or of a password's address. */
const longestOpen = 4_096;
/** The longest private key that is waited for. */
const longestPrivateKey = 32_768;
const openAddress = /:\/\/[^\s/@"'`<>]{0,310}@?$/;
const openPrivateKey = /-----BEGIN (?:[A-Z ]*-{0,4}|[A-Z ]*PRIVATE KEY-----(?![\s\S]*-----END [A-Z ]*PRIVATE KEY-----)[\s\S]*)$/;

function openEnd(text: string, forms: readonly string[]): number {
  const end = text.slice(-longestOpen);
  const lengths = [...forms, "://"].map((whole) => commonEnd(end, whole));
  // The dashes of a key's last line belong to that key.
  if (!/-----END [A-Z ]*-----$/.test(end)) lengths.push(commonEnd(end, "-----BEGIN "));
  // Most text ends in the middle of a word: only what could hang together with it is looked at.
  const word = /(?:\\[nrt])?[\w-]*$/.exec(end)?.[0] ?? "";
  if (word !== "") for (const { beginning } of keyShapes) lengths.push(beginning?.exec(word)?.[0].length ?? 0);
  lengths.push(openAddress.exec(end)?.[0].length ?? 0);
  const marker = text.lastIndexOf("-----BEGIN ");
  if (marker >= 0 && text.length - marker <= longestPrivateKey) lengths.push(openPrivateKey.exec(text.slice(marker))?.[0].length ?? 0);
  return Math.max(...lengths);
}

/** Length of the longest end of `text` that is a beginning, but not all, of `whole`. */
function commonEnd(text: string, whole: string): number {
  for (let length = Math.min(whole.length - 1, text.length); length > 0; length--) if (text.endsWith(whole.slice(0, length))) return length;
  return 0;
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
