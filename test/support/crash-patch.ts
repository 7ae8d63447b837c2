import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createJournal } from "../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../src/main/tools/apply-patch/tool.ts";
import { toolContext } from "./tool-context.ts";

/**
 * A process of its own that applies one patch and kills itself (SIGKILL, nothing is cleaned up) right before its n-th
 * operation on the disk. Arguments: project, journal's folder, n, file with the patch; or instead of a file `undo` or `redo`,
 * for the calls c1 and c2. Exits 0 when it got through.
 */
const [projectRoot = "", folder = "", killAt = "0", action = ""] = process.argv.slice(2);
let operations = 0;

function counted<A extends unknown[], R>(real: (...args: A) => R): (...args: A) => R {
  return function (this: unknown, ...args: A): R {
    if (++operations === Number(killAt)) process.kill(process.pid, "SIGKILL");
    return Reflect.apply(real, this, args);
  };
}

const isRevert = action === "undo" || action === "redo";
const patch = isRevert ? "" : fs.readFileSync(action, "utf8");
const probe = await fs.promises.open(process.execPath, "r");
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
const atOnce = fs as unknown as Record<
  "openSync" | "writeSync" | "fchmodSync" | "fchownSync" | "fsync" | "renameSync" | "mkdirSync" | "linkSync" | "unlinkSync" | "symlinkSync",
  (...args: unknown[]) => unknown
>;
const names = [
  "openSync",
  "writeSync",
  "fchmodSync",
  "fchownSync",
  "renameSync",
  "mkdirSync",
  "linkSync",
  "unlinkSync",
  "symlinkSync",
] as const;
for (const name of names) atOnce[name] = counted(atOnce[name]);
// Promisified when it is imported: what is counted must be there before.
atOnce.fsync = counted(atOnce.fsync);
syncBuiltinESMExports();

const journal = createJournal({ folder });
if (isRevert) await journal[action]({ conversationId: "c_test", callIds: ["c1", "c2"] });
else await createApplyPatchTool({ journal }).run({ patch }, toolContext(projectRoot));
fs.writeSync(1, `${operations}\n`);
