import { expect, test } from "vitest";
import { madeWords } from "../../../src/main/approvals/made-words.ts";
import { createRandom } from "../../support/random.ts";

test("whatever a command line holds, its words can be tried", () => {
  const random = createRandom(3);
  const letters = Array.from("ab{}[]()*?$`'\"\\,.|^/- \n;=\uE000é😀xu0");
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.int(24) }, () => letters[random.int(letters.length)]).join("");
    for (const pattern of madeWords(text)) expect(typeof pattern.test("push")).toBe("boolean");
  }
});

test.each([
  ["{git,push}x a{b,c{d,e}}f", "abf", "acdf", "acef"],
  ["p[!a-z]sh", "push"],
  ["pu''{s,}h", "push", "puh"],
])("%s may become what bash makes of it", (text, ...words) => {
  const patterns = madeWords(text);
  for (const word of words) expect(patterns.some((pattern) => pattern.test(word))).toBe(true);
});

test.each(["git push", "$x *", "src/*.ts", "{push"])("%s does not become push", (text) => {
  expect(madeWords(text).some((pattern) => pattern.test("push"))).toBe(false);
});
