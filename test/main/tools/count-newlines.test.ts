import { expect, test } from "vitest";
import { countNewlines } from "../../../src/main/tools/read-file/count-newlines.ts";
import { createRandom } from "../../support/random.ts";

test("newlines are counted in any bytes, at any place in memory", () => {
  const random = createRandom(3);
  const memory = Buffer.alloc(5_000);
  for (let round = 0; round < 500; round++) {
    const likely = random.pick([0x0a, 0x0b, 0x8a, 0x00, 0xff]);
    for (let i = 0; i < memory.length; i++) memory[i] = random.chance(0.6) ? likely : random.int(256);
    const from = random.int(9);
    const bytes = memory.subarray(from, from + random.pick([0, 1, 2, 3, 4, 5, 40, 1_020, 1_024, 4_000]));
    expect(countNewlines(bytes)).toBe([...bytes].filter((byte) => byte === 0x0a).length);
  }
});
