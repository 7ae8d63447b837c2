import { createPatchReader } from "../../../src/grammar/patch-reader.ts";
import { createTextFieldReader } from "../../../src/main/providers/text-field.ts";
import { inTurn, reportRatio, type Report } from "./measure.ts";

/** A patch of 10,000 lines in pieces of 20 characters, out of JSON, against the same patch read in one piece. */
export async function arriving(report: Report): Promise<void> {
  const lines = Array.from({ length: 10_000 }, (_, i) => `+export const value${i} = compute(${i}, "é");`);
  const patch = ["*** Begin Patch", "*** Add File: large.ts", ...lines, "*** End Patch"].join("\n");
  const json = JSON.stringify({ patch });
  const pieces: string[] = [];
  for (let at = 0; at < json.length; at += 20) pieces.push(json.slice(at, at + 20));
  const medians = await inTurn(
    15,
    {
      prepare: () => null,
      run: async () => {
        const field = createTextFieldReader("patch");
        readPatch(pieces.map((piece) => field.push(piece)));
      },
    },
    { prepare: () => null, run: async () => readPatch([patch]) },
  );
  reportRatio(report, `10,000-line patch in ${pieces.length.toLocaleString("en-US")} pieces / in one`, medians, 5);
}

function readPatch(pieces: readonly string[]): void {
  let count = 0;
  const reader = createPatchReader({ file: () => {}, move: () => {}, chunk: () => {}, line: () => void count++, endOfFile: () => {} });
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  if (count !== 10_000) throw new Error(`Read ${count} lines.`);
}
