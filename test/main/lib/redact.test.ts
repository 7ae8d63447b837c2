import { expect, test } from "vitest";
import { createRedactor, redactJson } from "../../../src/main/lib/redact.ts";

const key = `sk-${"a1B2".repeat(8)}`;
const redact = createRedactor(() => ["own-secret-value", "short", 'quo"ted\\value']);

test.each([
  ["a known value", "use own-secret-value, twice: own-secret-value.", "use [redacted], twice: [redacted]."],
  ["a known value in its JSON form", JSON.stringify('quo"ted\\value'), '"[redacted]"'],
  ["a short value is ordinary text", "a short one", "a short one"],
  ["the shape of a key", `key=${key};`, "key=[redacted];"],
  ["a key at the start of a line", `a\n${key}\n`, "a\n[redacted]\n"],
  ["a key behind an escaped line end", JSON.stringify(`a\n${key}\t${key}`), '"a\\n[redacted]\\t[redacted]"'],
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
