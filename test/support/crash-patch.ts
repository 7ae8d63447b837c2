import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createJournal } from "../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../src/main/tools/apply-patch/tool.ts";
import { toolContext } from "./tool-context.ts";

/**
 * A process of its own that applies one patch and kills itself (SIGKILL, nothing is cleaned up) right before its n-th
 * operation on the disk. Arguments: project, journal's folder, n, file with the patch. Exits 0 when it got through.
 */
const [projectRoot = "", folder = "", killAt = "0", patchFile = ""] = process.argv.slice(2);
let operations = 0;

function counted<A extends unknown[], R>(real: (...args: A) => R): (...args: A) => R {
  return function (this: unknown, ...args: A): R {
    if (++operations === Number(killAt)) process.kill(process.pid, "SIGKILL");
    return Reflect.apply(real, this, args);
  };
}

const patch = fs.readFileSync(patchFile, "utf8");
const probe = await fs.promises.open(patchFile, "r");
const handle = Object.getPrototypeOf(probe) as Record<
  "write" | "writeFile" | "sync" | "truncate" | "chmod" | "chown",
  (...args: unknown[]) => unknown
>;
await probe.close();
for (const name of ["write", "writeFile", "sync", "truncate", "chmod", "chown"] as const) handle[name] = counted(handle[name]);
const promises = fs.promises as unknown as Record<
  "open" | "rename" | "unlink" | "mkdir" | "symlink" | "writeFile" | "rm" | "rmdir",
  (...args: unknown[]) => unknown
>;
for (const name of ["open", "rename", "unlink", "mkdir", "symlink", "writeFile", "rm", "rmdir"] as const)
  promises[name] = counted(promises[name]);
syncBuiltinESMExports();

const tool = createApplyPatchTool({ journal: createJournal({ folder }) });
await tool.run({ patch }, toolContext(projectRoot));
fs.writeSync(1, `${operations}\n`);
