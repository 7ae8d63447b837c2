import { spawn } from "node:child_process";
import { once } from "node:events";

/** Swaps a folder of the project for a link that leads outside, and back, at random moments. */
const swapper = `
const fs = require("node:fs");
const [folder, outside, inMs, outMs] = process.argv.slice(1);
const clock = new Int32Array(new SharedArrayBuffer(4));
const pause = (upTo) => Atomics.wait(clock, 0, 0, Math.random() * upTo);
process.stdout.write("swapping\\n");
const parent = process.ppid;
while (process.ppid === parent) {
  // A patch may make the folder anew while it is away: then that one goes.
  try { fs.renameSync(folder, folder + ".aside"); fs.symlinkSync(outside, folder); } catch {}
  pause(Number(outMs));
  try { fs.rmSync(folder, { recursive: true, force: true }); fs.renameSync(folder + ".aside", folder); } catch {}
  pause(Number(inMs));
}`;

/** A process that swaps `folder` and a link to `outside` until `stop`; each stands for up to so many ms. */
export async function swapFolder(
  folder: string,
  outside: string,
  pauses: { readonly inMs: number; readonly outMs: number },
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", swapper, folder, outside, String(pauses.inMs), String(pauses.outMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  await once(child.stdout, "data");
  return {
    async stop() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
