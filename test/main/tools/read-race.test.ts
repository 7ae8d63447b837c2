import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { grepFilesTool } from "../../../src/main/tools/grep-files.ts";
import { listDirTool } from "../../../src/main/tools/list-dir.ts";
import { readFileTool } from "../../../src/main/tools/read-file.ts";
import { swapFolder } from "../../support/folder-swapper.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
const rounds = process.env["SPINDLE_LONG"] === "1" ? 5_000 : 150;

test(`a link swapped in for a folder gives nothing of what is outside away, in ${rounds} rounds`, { timeout: 2_400_000 }, async () => {
  const root = tempFolder();
  const outside = tempFolder();
  const folder = path.join(root, "d");
  for (const [place, mark] of [
    [folder, "ours"],
    [outside, "SECRET"],
  ] as const) {
    mkdirSync(path.join(place, "deep"), { recursive: true });
    for (const name of ["x", "deep/y", `${mark}-name`]) writeFileSync(path.join(place, name), `needle ${mark}\n`);
  }
  const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
  const ctx = (): ReturnType<typeof toolContext> => toolContext(root);
  const patch = "*** Begin Patch\n*** Update File: d/x\n@@\n needle SECRET\n+more\n*** End Patch";
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    readFile: () => readFileTool.run({ path: "d/x" }, ctx()),
    deep: () => readFileTool.run({ path: "d/deep/y" }, ctx()),
    listDir: () => listDirTool.run({ path: "d", depth: 3 }, ctx()),
    above: () => listDirTool.run({ depth: 3 }, ctx()),
    grepFiles: () => grepFilesTool.run({ pattern: "needle", context: 1 }, ctx()),
    // Would tell whether a file outside holds this line.
    applyPatch: () => tool.run({ patch }, ctx()),
  };
  const swapping = await swapFolder(folder, outside, { inMs: 2, outMs: 2 });
  const told: string[] = [];
  const outcomes: Record<string, { read: number; refused: number }> = {};
  try {
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        Object.entries(calls).map(async ([name, call]) => {
          const outcome = (outcomes[name] ??= { read: 0, refused: 0 });
          try {
            const text = JSON.stringify(await call());
            outcome.read++;
            if (text.includes("SECRET")) told.push(`${name}: ${text}`);
          } catch (error) {
            if (!(error instanceof SpindleError)) throw error;
            outcome.refused++;
          }
        }),
      );
    }
  } finally {
    await swapping.stop();
  }
  expect(told).toEqual([]);
  // The race took place: there were moments of both kinds.
  const { readFile } = outcomes;
  expect([(readFile?.read ?? 0) > 0, (readFile?.refused ?? 0) > 0, outcomes["applyPatch"]?.read]).toEqual([true, true, 0]);
});
