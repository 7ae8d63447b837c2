import { expect, test } from "vitest";
import { readFile } from "node:fs/promises";
import { createBjsonWriter, decodeBjson } from "../../../src/main/harness/bjson.ts";
import { speaksBjson } from "../../../src/main/harness/guest.ts";
import { createEngine } from "../../../src/main/harness/quickjs.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { harnessFiles } from "../../support/worker-file.ts";

/** A reproducible stream of JSON values that visits every branch of the encoding. */
function sampleValues(count: number): Json[] {
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const texts = [
    "",
    "i",
    "key",
    "\0",
    "é\xff",
    "\ud800",
    "中文😀",
    "x".repeat(47),
    "x".repeat(48),
    "ÿ".repeat(60),
    "\u0100".repeat(70),
    "__proto__",
    "7",
    "-1",
  ];
  const numbers = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.5, 1e300, -0.1];
  const make = (depth: number): Json => {
    switch (random(depth > 4 ? 5 : 8)) {
      case 0:
        return null;
      case 1:
        return random(2) === 0;
      case 2:
        return numbers[random(numbers.length)] ?? 0;
      case 3:
      case 4:
        return texts[random(texts.length)] ?? "";
      case 5:
        return Array.from({ length: random(6) }, () => make(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random(5) }, (_, index) => [
            (texts[random(texts.length)] ?? "") + (random(2) === 0 ? "" : index),
            make(depth + 1),
          ]),
        );
    }
  };
  return Array.from({ length: count }, () => make(0));
}

test("what is encoded is what is decoded", () => {
  const writer = createBjsonWriter();
  for (const value of sampleValues(2_000)) expect(decodeBjson(writer.encode(value))).toEqual(value);
  for (const length of [100, 20_000, 70_000, 300_000]) {
    const value = [{ i: "a".repeat(length) }, { i: "中".repeat(length) }];
    writer.encode(value);
    expect(decodeBjson(writer.take())).toEqual(value);
  }
});

test("the engine reads the same values from the bytes", async () => {
  const { wasmFile } = await harnessFiles();
  const engine = await createEngine(await WebAssembly.compile(await readFile(wasmFile)), 64);
  expect(speaksBjson(engine)).toBe(true);
  const { realm } = engine;
  const writer = createBjsonWriter();
  const show = realm.evaluate("(value) => JSON.stringify(value)", "test.js");
  if (!show.ok) throw new Error("no function");
  for (const value of sampleValues(1_000)) {
    const given = realm.decode(writer.encode(value));
    const text = realm.call(show.value, given);
    if (!text.ok) throw new Error("not shown");
    expect(JSON.parse(realm.string(text.value))).toEqual(value);
    realm.free(text.value);
    realm.free(given);
  }
  realm.free(show.value);
});

test("bytes that are not the expected dialect are refused, not misread", () => {
  const bytes = createBjsonWriter().encode({ list: [1, "two", null], more: { x: 0.5 } });
  for (let length = 0; length < bytes.length; length++) expect(() => decodeBjson(bytes.subarray(0, length))).toThrow(RangeError);
  for (const wrong of [
    [4, 0, 1],
    [5, 0, 99],
    [5, 0, 8, 1, 2],
    [5, 255, 255, 255, 255, 255, 1],
  ])
    expect(() => decodeBjson(Uint8Array.from(wrong))).toThrow(RangeError);
  let deep: Json = 1;
  for (let level = 0; level < 3_000; level++) deep = [deep];
  expect(() => createBjsonWriter().encode(deep)).toThrow(RangeError);
});
