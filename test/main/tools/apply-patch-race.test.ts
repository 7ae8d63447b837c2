import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { swapFolder } from "../../support/folder-swapper.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();

const tries = process.env["SPINDLE_LONG"] === "1" ? 20_000 : 300;

test(`a link swapped in for a folder never sends one of ${tries} patches outside the project`, { timeout: 2_400_000 }, async () => {
  const root = tempFolder();
  const outside = tempFolder();
  const folder = path.join(root, "d");
  mkdirSync(folder);
  const swapping = await swapFolder(folder, outside, { inMs: 12, outMs: 2 });
  const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
  const outcomes = { written: 0, refused: 0 };
  try {
    for (let i = 0; i < tries; i++) {
      const patch = `*** Begin Patch\n*** Add File: d/f${i % 50}\n+${i}\n*** Add File: d/new${i % 7}/g\n+${i}\n*** End Patch`;
      // Whether a patch gets through depends on the moment; where it goes must not.
      await tool.run({ patch }, toolContext(root)).then(
        () => outcomes.written++,
        () => outcomes.refused++,
      );
    }
  } finally {
    await swapping.stop();
  }
  expect([readdirSync(outside), outcomes.written + outcomes.refused]).toEqual([[], tries]);
});
