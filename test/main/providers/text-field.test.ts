import { describe, expect, test } from "vitest";
import { createTextFieldReader } from "../../../src/main/providers/text-field.ts";
import { createRandom, type Random } from "../../support/random.ts";

function readAll(json: string, cut: (text: string) => readonly string[], field = "patch"): string {
  const reader = createTextFieldReader(field);
  return cut(json)
    .map((piece) => reader.push(piece))
    .join("");
}

const oneByOne = (text: string): string[] => text.split("");
const whole = (text: string): string[] => [text];

describe("a text field of JSON that is still arriving", () => {
  test.each([
    ["the field alone", '{"patch":"a\\nb"}', "a\nb"],
    ["white space everywhere", ' {\n "patch" : "a" } ', "a"],
    ["another field before it", '{"workdir":"src \\" , {","patch":"a"}', "a"],
    ["values of every kind before it", '{"n":-1.5e3,"t":true,"o":{"patch":"no","x":[1,{"y":"}"}]},"l":["patch"],"patch":"yes"}', "yes"],
    ["fields after it", '{"patch":"a","workdir":"b"}', "a"],
    ["every escape", '{"patch":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9"}', '"\\/\b\f\n\r\tAé'],
    ["a pair of surrogates as escapes", '{"patch":"\\ud83d\\ude00!"}', "😀!"],
    ["a key written with escapes", '{"p\\u0061tch":"a"}', "a"],
    ["an escape JSON does not know", '{"patch":"a\\qb\\uZZ"}', "aqbuZZ"],
    ["no such field", '{"other":"a"}', ""],
    ["a field that is no text", '{"patch":{"a":"b"},"x":1}', ""],
    ["an empty object", "{}", ""],
    ["bare text", "*** Begin Patch\n+a", "*** Begin Patch\n+a"],
    ["bare code that begins with a brace", "{ const a = 1; }", "{ const a = 1; }"],
  ])("%s: whole and letter by letter", (_, json, text) => {
    expect([readAll(json, whole), readAll(json, oneByOne)]).toEqual([text, text]);
  });

  test("any text in any field order, cut anywhere, is what JSON.parse gives", () => {
    const random = createRandom(11);
    for (let round = 0; round < 3_000; round++) {
      const text = randomText(random);
      const fields = [["patch", text] as const, ...(random.chance(0.5) ? [["workdir", randomText(random)] as const] : [])];
      const input = Object.fromEntries(random.chance(0.5) ? fields : fields.toReversed());
      const json = JSON.stringify(input, null, random.int(2) * 2).replace(/[^\0-\x7f]/g, (char) =>
        random.chance(0.5) ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
      const shown = readAll(json, (all) => randomPieces(random, all));
      expect(shown).toBe(text);
    }
  });

  test("no piece ends in half a character", () => {
    const reader = createTextFieldReader("patch");
    const pieces = oneByOne('{"patch":"\\ud83d\\ude00\ud83d\ude00"}').map((piece) => reader.push(piece));
    expect(pieces.filter((piece) => piece !== "")).toEqual(["😀", "😀"]);
  });

  test("a piece costs its own length: a megabyte in 200,000 pieces takes a moment", () => {
    const reader = createTextFieldReader("patch");
    const line = "+const value = \\u00e9 ;;\\n";
    reader.push('{"patch":"');
    const started = performance.now();
    let length = 0;
    for (let i = 0; i < 200_000; i++) length += reader.push(line.slice((i * 5) % 25, ((i * 5) % 25) + 5)).length;
    // Reading everything again with every piece would take minutes.
    expect([length > 500_000, performance.now() - started < 5_000]).toEqual([true, true]);
  });
});

function randomText(random: Random): string {
  return Array.from({ length: random.int(12) }, () =>
    random.pick(["a", '"', "\\", "\n", "\t", "é", "😀", "\u2028", "{", "}", ",", "\u0000"]),
  ).join("");
}

function randomPieces(random: Random, text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + random.int(4);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
