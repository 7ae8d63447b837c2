import { expect, test } from "vitest";
import { createRedactor, redactJson } from "../../../src/main/lib/redact.ts";

const key = `sk-${"a1B2".repeat(8)}`;
const redact = createRedactor(() => ["own-secret-value", "short", 'quo"ted\\value', "sl/ash=secret"]);

test.each([
  ["a known value", "use own-secret-value, twice: own-secret-value.", "use [redacted], twice: [redacted]."],
  ["a known value in its JSON form", JSON.stringify('quo"ted\\value'), '"[redacted]"'],
  ["a short value is ordinary text", "a short one", "a short one"],
  ["the shape of a key", `key=${key};`, "key=[redacted];"],
  ["a key at the start of a line", `a\n${key}\n`, "a\n[redacted]\n"],
  ["a key behind an escaped line end", JSON.stringify(`a\n${key}\t${key}`), '"a\\n[redacted]\\t[redacted]"'],
  [
    "a key behind a colour, as it is and as text",
    `\u001b[32m${key} \u001b[01;31m\u001b[K${key} \u001b(B${key} \\u001b[32m${key} \\x1b[0;1m${key} \\033[m${key}`,
    "\u001b[32m[redacted] \u001b[01;31m\u001b[K[redacted] \u001b(B[redacted] \\u001b[32m[redacted] \\x1b[0;1m[redacted] \\033[m[redacted]",
  ],
  ["a key behind an underscore or an escape", `TOKEN_${key} x%3D${key} \\u0000${key}`, "TOKEN_[redacted] x%3D[redacted] \\u0000[redacted]"],
  ["a known value in an address", "?k=sl%2Fash%3Dsecret&l=sl%2fash%3dsecret", "?k=[redacted]&l=[redacted]"],
  ["a key that only a character without a picture hides", `${key.slice(0, 9)}\u200b${key.slice(9)}`, "[redacted]"],
  ["a known value that a colour hides", "own-\u001b[1msecret\u001b[m-value", "[redacted]"],
  ["colours of other texts", "\u001b[32mgreen\u001b[m", "\u001b[32mgreen\u001b[m"],
  [
    "passwords with signs, and without a user",
    "redis://:hunter2secret@db:6379 postgres://u:pa$$word@h/d postgres://u:p@ss@h postgres://u:pa:ss{1}@h amqp://u:pw1@h:1?x=me@y.z",
    "redis://:[redacted]@db:6379 postgres://u:[redacted]@h/d postgres://u:[redacted]@h postgres://u:[redacted]@h amqp://u:[redacted]@h:1?x=me@y.z",
  ],
  [
    "a key as the user of an address, and ordinary users",
    "https://0123abcd0123abcd0123abcd@host/x https://0123abcd0123abcd0123abcd:x-oauth-basic@host https://me@host",
    "https://[redacted]@host/x https://[redacted]:x-oauth-basic@host https://me@host",
  ],
  [
    "templates of addresses",
    "a://u:${pw}@h b://$user:$db_pass@h c://u:{{pw}}@h d://u:{pw}@h e://%s:%s@h f://${u}:${p}${q}@h http://localhost:3000",
    "a://u:${pw}@h b://$user:$db_pass@h c://u:{{pw}}@h d://u:{pw}@h e://%s:%s@h f://${u}:${p}${q}@h http://localhost:3000",
  ],
  // Quadratic, these would take longer than a test may.
  ["many beginnings of addresses", "://a:@a".repeat(100_000), "://a:@a".repeat(100_000)],
  ["many colours", "\u001b[1;1;1;1m_sk- ".repeat(50_000), "\u001b[1;1;1;1m_sk- ".repeat(50_000)],
  ["other shapes", `ghp_${"a".repeat(36)} AKIAABCDEFGHIJKLMNOP xoxb-1234567890`, "[redacted] [redacted] [redacted]"],
  [
    "shapes of other services",
    [
      `github_pat_${"a1_".repeat(14)}`,
      `glpat-${"a1".repeat(10)}`,
      `AIza${"b".repeat(35)}`,
      `sk_live_${"c3".repeat(12)}`,
      `npm_${"d".repeat(36)}`,
      `hf_${"e".repeat(34)}`,
    ].join(" "),
    Array.from({ length: 6 }, () => "[redacted]").join(" "),
  ],
  [
    "the password in an address, and not what stands for one",
    "postgres://app:hunter2sEcret@db:5432/x https://user:password@host http://a:$PASS@b git@github.com:me/x.git",
    "postgres://app:[redacted]@db:5432/x https://user:password@host http://a:$PASS@b git@github.com:me/x.git",
  ],
  [
    "a private key that was cut short",
    "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1234567890\nabcdefghijklmnopqrstuv… (3243 characters)",
    "x\n[redacted]… (3243 characters)",
  ],
  [
    "a private key behind a beginning without a key",
    "-----BEGIN PRIVATE KEY----- a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b",
    "-----BEGIN PRIVATE KEY----- a [redacted] b",
  ],
  // Quadratic, this would take half a minute: longer than a test may.
  ["many beginnings without an end", "-----BEGIN PRIVATE KEY-----\n".repeat(40_000), "-----BEGIN PRIVATE KEY-----\n".repeat(40_000)],
  [
    "a numbered private key without its end",
    "L1: -----BEGIN PRIVATE KEY-----\nL2: MIIEowIBAAKCAQEA1234567890\nL3: abcdefghijklmnopqrstuv",
    "L1: [redacted]",
  ],
  [
    "source that only names the marker",
    'if (text.includes("-----BEGIN PRIVATE KEY-----")) refuse();\nreturn text;',
    'if (text.includes("-----BEGIN PRIVATE KEY-----")) refuse();\nreturn text;',
  ],
  ["a private key", "x\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\ny", "x\n[redacted]\ny"],
  [
    "words that only look a little like one",
    "task-force risk-averse-and-long-enough-to-matter sk-short disk-abcdefghijklmnopqrstuvwxyz",
    "task-force risk-averse-and-long-enough-to-matter sk-short disk-abcdefghijklmnopqrstuvwxyz",
  ],
])("%s", (_what, text, safe) => {
  expect(redact(text)).toBe(safe);
});

test("a value keeps its form: what begins in one text cannot end in another", () => {
  const value = { a: ["-----BEGIN PRIVATE KEY-----"], b: { c: "-----END PRIVATE KEY-----", [key]: [1, null, true, `x ${key}`] } };
  expect(redactJson(value, redact)).toEqual({
    a: ["-----BEGIN PRIVATE KEY-----"],
    b: { c: "-----END PRIVATE KEY-----", "[redacted]": [1, null, true, "x [redacted]"] },
  });
});
