import { describe, expect, test } from "vitest";
import { createPatchReader } from "../../src/grammar/patch-reader.ts";
import { patchCases } from "../golden/apply-patch-cases.ts";
import { createRandom, type Random } from "../support/random.ts";

/** What a reader told, in order, and how the whole ended. */
function read(pieces: readonly string[]): { readonly told: readonly string[]; readonly end: string } {
  const told: string[] = [];
  const reader = createPatchReader({
    file: (kind, path) => void told.push(`file ${kind} ${path}`),
    move: (path) => void told.push(`move ${path}`),
    chunk: (header) => void told.push(`chunk ${header ?? "(bare)"}`),
    line: (kind, text) => void told.push(`${kind} ${text}`),
    endOfFile: () => void told.push("end of file"),
  });
  for (const piece of pieces) reader.feed(piece);
  return { told, end: ending(() => reader.end()) };
}

function ending(end: () => unknown): string {
  try {
    return JSON.stringify(end());
  } catch (error) {
    const { message, details } = error as { message: string; details?: unknown };
    return `${message} ${JSON.stringify(details)}`;
  }
}

function randomPieces(random: Random, text: string): string[] {
  const longest = random.pick([1, 3, 20, 200]);
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = random.int(longest) + 1;
    pieces.push(text.slice(at, at + length));
    at += length;
    if (random.chance(0.05)) pieces.push("");
  }
  return pieces;
}

const lines = [
  "*** Begin Patch",
  "*** End Patch",
  "  *** End Patch ",
  "*** Add File: f",
  "*** Update File: f",
  "*** Delete File: f",
  "*** Move to: g",
  "*** End of File",
  "*** Environment ID: x",
  "@@",
  "@@ a",
  "+a",
  "-a",
  " a",
  "a",
  "",
  "  ",
  "\u0085",
  "\uFEFF",
  "+b\r",
  "<<EOF",
  "<<'EOF'",
  "EOF",
  " notEOF",
] as const;

function randomPatch(random: Random): string {
  let inner: string[] = Array.from({ length: random.int(9) }, () => random.pick(lines));
  if (random.chance(0.8)) inner = ["*** Begin Patch", ...inner, "*** End Patch"];
  if (random.chance(0.2)) inner = [random.pick(["<<EOF", "<<'EOF'", '<<"EOF"', "<<DONE"]), ...inner, random.pick(["EOF", "xEOF", "DONE"])];
  const text = inner.map((line) => line + random.pick(["\n", "\n", "\n", "\r\n", "\r\r\n"])).join("");
  return random.chance(0.2) ? `\n ${text} \n\n` : random.chance(0.3) ? text.slice(0, -1) : text;
}

describe("a patch that arrives in pieces", () => {
  test.each(patchCases.map((one) => [one.name, one.patch] as const))("%s: cut anywhere it reads as the whole", (_, patch) => {
    const random = createRandom(patch.length);
    const whole = read([patch]);
    for (let round = 0; round < 20; round++) expect(read(randomPieces(random, patch))).toEqual(whole);
    expect(read(patch.split(""))).toEqual(whole);
  });

  test("any text cut anywhere reads as the whole", () => {
    const random = createRandom(9);
    const ends = new Set<string>();
    for (let round = 0; round < 10_000; round++) {
      const patch = randomPatch(random);
      const whole = read([patch]);
      ends.add(whole.end);
      const pieces = randomPieces(random, patch);
      expect({ patch, read: read(pieces) }).toEqual({ patch, read: whole });
    }
    expect(ends.size).toBeGreaterThan(20);
  });

  test("what was told never has to be taken back: a longer beginning tells the same and more", () => {
    const random = createRandom(10);
    for (let round = 0; round < 1_000; round++) {
      const patch = randomPatch(random);
      const told: string[] = [];
      const note = (...words: readonly (string | undefined)[]) => void told.push(words.join(" "));
      const reader = createPatchReader({ file: note, move: note, chunk: note, line: note, endOfFile: () => note("end of file") });
      let before: readonly string[] = [];
      let fault: unknown;
      for (const piece of patch.split(/(?<=\n)/)) {
        reader.feed(piece);
        expect(told.slice(0, before.length)).toEqual(before);
        // After a fault nothing more is told, and the first fault stays.
        if (fault !== undefined) expect([told, reader.fault]).toEqual([before, fault]);
        before = [...told];
        fault = reader.fault;
      }
    }
  });

  test("a line is told as soon as the next one shows that it is not the last", () => {
    const told: string[] = [];
    const reader = createPatchReader({
      file: (_, path) => void told.push(path),
      move: () => {},
      chunk: () => {},
      line: (kind, text) => void told.push(`${kind} ${text}`),
      endOfFile: () => {},
    });
    reader.feed("*** Begin Patch\n*** Add File: a\n+one");
    expect(told).toEqual([]);
    reader.feed("\n");
    expect(told).toEqual(["a"]);
    reader.feed("+two\n");
    expect(told).toEqual(["a", "add one"]);
    reader.feed("*** End Patch\n");
    expect(told).toEqual(["a", "add one", "add two"]);
    expect(reader.end()).toEqual({ environmentId: undefined });
  });

  test("a missing end marker counts before a fault inside, but only at the end", () => {
    const reader = createPatchReader({ file: () => {}, move: () => {}, chunk: () => {}, line: () => {}, endOfFile: () => {} });
    reader.feed("*** Begin Patch\n*** Add File: a\nno sign\n+more\n");
    expect(reader.fault).toMatchObject({ code: "invalid_patch", details: { line: 3 } });
    expect(ending(() => reader.end())).toMatch(/^The last line of the patch must be/);
  });
});
