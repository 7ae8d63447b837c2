import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { joinWords, splitWords } from "../../../src/main/shell/quote.ts";
import { createRandom } from "../../support/random.ts";

const pieces = ["a", "'", '"', "\\", "$", "`", "!", "^", " ", "\t", "\n", "*", "~", "{", "#", "=", "é", "🎉", "-", "&&", "$X"] as const;

test("bash and splitWords read quoted words back as the same words", () => {
  const random = createRandom(7);
  const word = (): string => Array.from({ length: random.int(7) }, () => random.pick(pieces)).join("");
  const lines = Array.from({ length: 200 }, () => Array.from({ length: 1 + random.int(4) }, word));
  const script = lines.map((words) => `printf '%s\\0' ${joinWords(words)}; printf '\\1'`).join("\n");
  const read = execFileSync("bash", ["-c", script], { encoding: "utf8" })
    .split("\u0001")
    .slice(0, -1)
    .map((line) => line.split("\0").slice(0, -1));
  expect(read).toEqual(lines);
  expect(lines.map((words) => splitWords(joinWords(words)))).toEqual(lines);
});

test("a word with a NUL is not quoted, a quote that is not closed is not split", () => {
  expect([joinWords(["a", "b\0"]), splitWords("a 'b"), splitWords('a "b'), splitWords("a \\")]).toEqual([
    "<command included NUL byte>",
    null,
    null,
    null,
  ]);
});
