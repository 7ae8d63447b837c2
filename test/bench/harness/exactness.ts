import type { Json } from "../../../src/protocol/json.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { runScript, withWarmHarness } from "./scripts.ts";

const megabyte = 1024 * 1024;
/** 22 bytes in UTF-8. Most of its characters need an escape in JSON. */
const mixed = 'a\0é漢\u{1f680}\ud800 "\\\n\r\u2028';

/** What text crosses wrongly when some step takes it for a C string, for UTF-8 or for source. */
const values: Readonly<Record<string, Json>> = {
  NUL: "a\0b\0",
  "a lone high surrogate": "a\ud800b",
  "a lone low surrogate": "\udc00",
  "surrogates in the wrong order": "\udfff\ud800\u{1f680}",
  "every UTF-16 unit": Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join(""),
  "own __proto__ key": JSON.parse('{"__proto__":{"x":1},"constructor":"y","a":{"__proto__":null}}') as Json,
  "own __proto__ key that is text": JSON.parse('[{"__proto__":"a\\u0000b"},{"toString":1,"hasOwnProperty":2}]') as Json,
  "a key with NUL and a lone surrogate": { "k\0\ud800": 1 },
  "numbers at their borders": [2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 31, -(2 ** 31), 5e-324, 1.7976931348623157e308, 0.1],
  "10 MB of ASCII": "0123456789abcdef".repeat((10 * megabyte) / 16),
  "10 MB of anything": mixed.repeat(Math.ceil((10 * megabyte) / Buffer.byteLength(mixed))),
  "10 MB of Chinese": "漢字仮".repeat(Math.ceil((10 * megabyte) / 9)),
};

/** From the host into a script as a call's result, back as a call's input, and back as the script's value: how many differ. */
export async function exactness(report: Report): Promise<void> {
  const wrong: string[] = [];
  await withWarmHarness(async (harness) => {
    for (const [name, value] of Object.entries(values)) {
      let sentBack: Json | undefined;
      const outcome = await runScript(harness, "const value = await tools.echo('give'); return await tools.echo({ value });", {
        tool(input) {
          if (input === "give") return value;
          sentBack = isWrapped(input) ? input.value : undefined;
          return sentBack ?? null;
        },
      });
      if (!isSame(sentBack, value)) wrong.push(`${name}: as a call's input`);
      if (!outcome.ok || !isSame(outcome.value, value)) wrong.push(`${name}: as the script's value`);
    }
  });
  const named = wrong.length === 0 ? "" : ` (${wrong.join("; ")})`;
  report(atMost(`NUL, lone surrogates, __proto__ keys, 10 MB text: mismatches${named}`, wrong.length, 0, "values"));
}

function isWrapped(input: Json): input is { readonly value: Json } {
  return typeof input === "object" && input !== null && "value" in input;
}

/** Unit by unit: JSON writes lone surrogates as escapes, own `__proto__` keys as keys, and keys in their order. */
function isSame(found: Json | undefined, expected: Json): boolean {
  return typeof expected === "string" ? found === expected : JSON.stringify(found) === JSON.stringify(expected);
}
