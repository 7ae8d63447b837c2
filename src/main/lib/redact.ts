import type { Json } from "../../protocol/json.ts";
import { withoutHidden } from "../../grammar/hidden-text.ts";
import { keyShapes, longestBefore } from "./key-shapes.ts";

/** The password in an address, with or without a user; it may hold `:` and `@`. Every part is bounded: the search takes linear time. */
const passwordInAddress = /(:\/\/[^\s/:@"'`<>]{0,100}:)([^\s/@"'`<>]{0,200}(?:@[^\s/@"'`<>?#&,;()|]{1,100}){0,3})(?=@[\w[])/g;
/** A key in place of the user: `https://KEY@host`, `https://KEY:x-oauth-basic@host`. */
const keyInAddress = /(:\/\/)([A-Za-z0-9]{20,200})(?=(?::(?:x-oauth-basic)?)?@[\w[])/g;
/** What stands for a password in examples and templates stays. */
const placeholder =
  /^(?:pass(?:word|wd)?|pw|secret|token|key|user(?:name)?|x+|\*+|\.+|x-oauth-basic|%[sv]|(?:\$[A-Za-z_]\w*|\$\d|\$?\{[^{}]*\}|\{\{[^{}]*\}\}|\$\([^()]*\))+)$/i;

export interface Redactor {
  (text: string): string;
  /** For text that goes on: how many characters at its end may be the beginning of something that has to go. */
  openEnd(text: string): number;
}

/**
 * The one choke point for secrets: replaces the exact values of known secrets (keys of providers) and prefixed key
 * shapes by `[redacted]`. Known values shorter than 8 characters are ignored: they would hit ordinary text. A value is
 * found in its JSON form too (results of scripts are JSON inside text) and as it stands in addresses. Characters that do not show are
 * taken out later, before a model reads a text: a secret that only they hide is found, too, and its text loses all of them.
 */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  const forms = (): string[] =>
    secrets()
      .filter((secret) => secret.length >= 8)
      .flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1), ...addressForms(secret)])]);
  const redactShown = (text: string, known: readonly string[]): string => {
    let out = text;
    for (const form of known) out = out.replaceAll(form, "[redacted]");
    for (const { marker, pattern } of keyShapes) if (out.includes(marker)) out = out.replace(pattern, "[redacted]");
    if (!out.includes("://")) return out;
    return out
      .replace(keyInAddress, (whole, before: string, user: string) =>
        /\d/.test(user) && /[A-Za-z]/.test(user) ? `${before}[redacted]` : whole,
      )
      .replace(passwordInAddress, (whole, before: string, password: string) =>
        password.length < 3 || placeholder.test(password) ? whole : `${before}[redacted]`,
      );
  };
  const redact = (text: string): string => {
    const known = forms();
    const out = redactShown(text, known);
    const shown = withoutHidden(out);
    if (shown.removed === 0) return out;
    const again = redactShown(shown.text, known);
    return again === shown.text ? out : again;
  };
  return Object.assign(redact, { openEnd: (text: string) => openEnd(text, forms()) });
}

/** As `encodeURIComponent` writes it, and with small letters in its escapes. */
function addressForms(secret: string): readonly string[] {
  // Half a character cannot be written so.
  if (/\p{Surrogate}/u.test(secret)) return [];
  const encoded = encodeURIComponent(secret);
  return [encoded, encoded.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase())];
}

/** How much of the end of a text can be the beginning of a key of a shape, or of a password's address. */
const longestOpen = 4_096;
/** The longest private key that is waited for. */
const longestPrivateKey = 32_768;
const openAddress = /:\/\/[^\s/"'`<>]{0,620}$/;
const openPrivateKey = /-----BEGIN (?:[A-Z ]*-{0,4}|[A-Z ]*PRIVATE KEY-----(?![\s\S]*-----END [A-Z ]*PRIVATE KEY-----)[\s\S]*)$/;

function openEnd(text: string, forms: readonly string[]): number {
  const end = text.slice(-longestOpen);
  const lengths = [...forms, "://"].map((whole) => commonEnd(end, whole));
  // The dashes of a key's last line belong to that key.
  if (!/-----END [A-Z ]*-----$/.test(end)) lengths.push(commonEnd(end, "-----BEGIN "));
  // Most text ends in the middle of a word: only what could hang together with it is looked at.
  // Characters that do not show may stand in it.
  const word = /(?:[\w-]|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff])*$/.exec(end)?.[0].length ?? 0;
  const around = end.slice(-word - longestBefore);
  if (word !== 0) for (const { beginning } of keyShapes) lengths.push(beginning?.exec(around)?.[0].length ?? 0);
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
