import { expect, test } from "vitest";
import { createRedactor } from "../../../src/main/lib/redact.ts";
import { createPieceRedactor } from "../../../src/main/lib/redact-pieces.ts";
import { createRandom } from "../../support/random.ts";

const redact = createRedactor(() => ["own-secret-value"]);
const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${`${"MIIEowIBAAKC".repeat(5)}\n`.repeat(8)}-----END RSA PRIVATE KEY-----`;
const secrets = [
  "own-secret-value",
  `sk-${"a1B2".repeat(8)}`,
  `ghp_${"a".repeat(36)}`,
  `github_pat_${"a1_".repeat(14)}`,
  `glpat-${"a1".repeat(10)}`,
  "AKIAABCDEFGHIJKLMNOP",
  `AIza${"b".repeat(35)}`,
  `sk_live_${"c3".repeat(12)}`,
  `npm_${"d".repeat(36)}`,
  `hf_${"e".repeat(34)}`,
  "xoxb-1234567890",
  "postgres://app:hunter2sEcret@db:5432/x",
  "redis://:p@ss$word@db:6379/x",
  `\u001b[01;31m\u001b[Kghp_${"f".repeat(36)}`,
  `TOKEN_sk-${"g1B2".repeat(8)}`,
  privateKey,
];

/** What comes out, piece by piece; a cut is a length. */
function through(text: string, cuts: () => number): { readonly pieces: readonly string[]; readonly whole: string } {
  const stream = createPieceRedactor(redact);
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = cuts();
    pieces.push(stream.push(text.slice(at, at + length)));
    at += length;
  }
  pieces.push(stream.end());
  return { pieces, whole: pieces.join("") };
}

test.each(secrets)("%s does not pass, wherever its pieces end", (secret) => {
  const text = `Value "${secret}" and\n${secret}\nend`;
  for (const length of [1, 2, 3, 5, 8, 13, 21, 34, 55, 1_000]) expect(through(text, () => length).whole).toBe(redact(text));
  for (let at = 0; at <= text.length; at++) {
    const lengths = [at, text.length];
    expect(through(text, () => Math.max(1, lengths.shift() ?? 1)).whole).toBe(redact(text));
  }
});

test("random texts come out as they do in one piece", () => {
  const random = createRandom(7);
  const words = [
    ...secrets,
    "disk-sk-x",
    "risk",
    "is",
    "-----BEGIN CERTIFICATE-----",
    "http://localhost:3000",
    "a:b@c",
    " ",
    "\n",
    "sk-",
    "://",
    "AK",
    "own-secret",
    "\\n",
  ];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 12 }, () => words[random.int(words.length)]).join([" ", "\n", ",", "=", ";"][random.int(5)]);
    const { whole } = through(text, () => 1 + random.int(40));
    for (const secret of secrets) if (!redact(text).includes(secret)) expect(whole).not.toContain(secret);
    if (!/sk-|BEGIN/.test(text)) expect(whole).toBe(redact(text));
  }
});

test("ordinary text does not wait: only what could begin a key does, and a prompt without a line end is there at once", () => {
  const { pieces } = through("Building modules, 42 %\nOverwrite? (y/n) ", () => 7);
  expect(pieces.slice(0, -1).join("")).toBe("Building modules, 42 %\nOverwrite? (y/n) ");
  const stream = createPieceRedactor(redact);
  expect([stream.push("ask me: sk"), stream.push("ip it"), stream.end()]).toEqual(["ask me: ", "skip it", ""]);
});

test("what is longer than any key is not kept back for ever", () => {
  const stream = createPieceRedactor(redact);
  let shown = 0;
  for (let i = 0; i < 100; i++) shown += stream.push(`sk-${"a".repeat(1_000)}`).length;
  for (let i = 0; i < 100; i++) shown += stream.push(`-----BEGIN PRIVATE KEY-----${" no key ".repeat(100)}`).length;
  expect(shown).toBeGreaterThan(10_000);
});

test("the middle of a word waits for nothing: what was shown before it tells that no key begins there", () => {
  const stream = createPieceRedactor(redact);
  expect(["*** End Patc", "h", " s", "k", "ip"].map((piece) => stream.push(piece))).toEqual(["*** End Patc", "h", " ", "", "skip"]);
});
