import { readFileSync } from "node:fs";
import { createJournal } from "../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../src/main/tools/apply-patch/tool.ts";
import { toolContext } from "./tool-context.ts";

/**
 * A process of its own that says `ready`, applies one patch as soon as it is told anything, and says `done` with the
 * milliseconds it took. Whoever started it kills it. Arguments: project, journal's folder, file with the patch.
 */
const [projectRoot = "", folder = "", patchFile = ""] = process.argv.slice(2);
const patch = readFileSync(patchFile, "utf8");
const tool = createApplyPatchTool({ journal: createJournal({ folder }) });
process.stdin.once("data", () => {
  const started = performance.now();
  void tool.run({ patch }, toolContext(projectRoot)).then(() => {
    process.stdout.write(`done ${performance.now() - started}\n`);
    process.exit(0);
  });
});
process.stdout.write("ready\n");
