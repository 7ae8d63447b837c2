import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();

/** Swaps a folder of the project for a link that leads outside, and back, at random moments. */
const swapper = `
const fs = require("node:fs");
const [folder, outside] = process.argv.slice(1);
const clock = new Int32Array(new SharedArrayBuffer(4));
const pause = (upTo) => Atomics.wait(clock, 0, 0, Math.random() * upTo);
process.stdout.write("swapping\\n");
const parent = process.ppid;
while (process.ppid === parent) {
  // A patch may make the folder anew while it is away: then that one goes.
  try { fs.renameSync(folder, folder + ".aside"); fs.symlinkSync(outside, folder); } catch {}
  pause(2);
  try { fs.rmSync(folder, { recursive: true, force: true }); fs.renameSync(folder + ".aside", folder); } catch {}
  pause(12);
}`;

const tries = process.env["SPINDLE_LONG"] === "1" ? 20_000 : 300;

test(`a link swapped in for a folder never sends one of ${tries} patches outside the project`, { timeout: 2_400_000 }, async () => {
  const root = tempFolder();
  const outside = tempFolder();
  const folder = path.join(root, "d");
  mkdirSync(folder);
  const child = spawn(process.execPath, ["-e", swapper, folder, outside], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "close");
  const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
  const outcomes = { written: 0, refused: 0 };
  try {
    await once(child.stdout, "data");
    for (let i = 0; i < tries; i++) {
      const patch = `*** Begin Patch\n*** Add File: d/f${i % 50}\n+${i}\n*** Add File: d/new${i % 7}/g\n+${i}\n*** End Patch`;
      // Whether a patch gets through depends on the moment; where it goes must not.
      await tool.run({ patch }, toolContext(root)).then(
        () => outcomes.written++,
        () => outcomes.refused++,
      );
    }
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
  expect([readdirSync(outside), outcomes.written + outcomes.refused]).toEqual([[], tries]);
});
