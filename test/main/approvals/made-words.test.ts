import { expect, test } from "vitest";
import { isAmong, madeWords } from "../../../src/main/approvals/made-words.ts";
import { createRandom } from "../../support/random.ts";

test("whatever a command line holds, its words can be tried", () => {
  const random = createRandom(3);
  const letters = Array.from("ab{}[]()*?$`'\"\\,.|^/- \n;=\uE000é😀xu0");
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.int(24) }, () => letters[random.int(letters.length)]).join("");
    expect(typeof isAmong(madeWords(text), "push")).toBe("boolean");
  }
});

test.each([
  ["{git,push}x a{b,c{d,e}}f", "abf", "acdf", "acef"],
  ["p[!a-z]sh", "push"],
  ["pu''{s,}h", "push", "puh"],
  ["pu$@sh p${u}$*sh pu${x:-${y}}sh", "push"],
  ["pu$( (echo s) )h pu`echo \\`x`sh", "push"],
  ["pu{r..t}h", "push"],
  ["/usr/bin/gi[t] ./gi?", "git"],
  ["a $'git pu\\x73h'", "push"],
  [`${"{a,".repeat(40)}push${"}".repeat(40)}`, "push"],
])("%s may become what bash makes of it", (text, ...words) => {
  for (const word of words) expect([word, isAmong(madeWords(text), word)]).toEqual([word, true]);
});

test.each(["git push", "$x *", "src/*.ts", "{push"])("%s does not become push", (text) => {
  expect(isAmong(madeWords(text), "push")).toBe(false);
});

test.each([
  ["stars", "*".repeat(60)],
  ["stars with letters between them", "*a".repeat(100_000)],
  ["escapes", `$'${String.raw`\x01`.repeat(50_000)}a'`],
  ["open braces", "{".repeat(200_000)],
  ["braces in braces", `${"{a,".repeat(50_000)}${"}".repeat(50_000)}`],
  ["open brackets", `${"[".repeat(200_000)}]`],
  ["open substitutions", "$(".repeat(100_000)],
])("a long word of %s is read to its end", (_, piece) => {
  // Whoever tries all ways through it never comes here.
  expect(typeof isAmong(madeWords(`x a${piece}b`), "shutdown")).toBe("boolean");
});
