/** Shapes of keys that must never be shown, stored or sent, whoever they belong to. */
const patterns: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{20,}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];

/**
 * The one choke point for secrets: replaces the exact values of known secrets (keys of providers) and prefixed key
 * shapes by `[redacted]`. Known values shorter than 8 characters are ignored: they would hit ordinary text.
 */
export function createRedactor(secrets: () => readonly string[]): (text: string) => string {
  return (text) => {
    let out = text;
    for (const secret of secrets()) if (secret.length >= 8) out = out.split(secret).join("[redacted]");
    for (const pattern of patterns) out = out.replace(pattern, "[redacted]");
    return out;
  };
}
