import { createPatchReader } from "../../../src/grammar/patch-reader.ts";
import { createTextFieldReader } from "../../../src/main/providers/text-field.ts";
import type { Report } from "../lib/figures.ts";
import { inTurn, reportRatio } from "./measure.ts";

/** Characters of a piece: about what a model sends at once. */
const PIECE = 20;

/**
 * What a piece of a patch of 10,000 lines costs while it arrives, out of its JSON and into the reader, against a piece of
 * 200 lines: the same when each piece costs only its own length.
 */
export async function arriving(report: Report): Promise<void> {
  const [large, small] = [piecesOf(10_000), piecesOf(200)];
  const medians = await inTurn(
    15,
    { prepare: () => null, run: async () => readPieces(large, 10_000) },
    {
      prepare: () => null,
      run: async () => {
        for (let round = 0; round < 50; round++) readPieces(small, 200);
      },
    },
  );
  reportRatio(report, "patch of 10,000 lines in pieces / 50 patches of 200 lines", medians, 1.5);
}

function piecesOf(count: number): readonly string[] {
  const lines = Array.from({ length: count }, (_, i) => `+export const value${10_000 + i} = compute("é");`);
  const json = JSON.stringify({ patch: ["*** Begin Patch", "*** Add File: large.ts", ...lines, "*** End Patch"].join("\n") });
  return Array.from({ length: Math.ceil(json.length / PIECE) }, (_, i) => json.slice(i * PIECE, (i + 1) * PIECE));
}

function readPieces(pieces: readonly string[], wanted: number): void {
  let count = 0;
  const field = createTextFieldReader("patch");
  const reader = createPatchReader({ file: () => {}, move: () => {}, chunk: () => {}, line: () => void count++, endOfFile: () => {} });
  for (const piece of pieces) reader.feed(field.push(piece));
  reader.end();
  if (count !== wanted) throw new Error(`Read ${count} lines.`);
}
