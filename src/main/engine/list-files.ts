import path from "node:path";
import { MAX_FILES } from "../project/change-watch.ts";
import { runRipgrep } from "../tools/grep-files/ripgrep.ts";

/** A listing that takes longer is given up, ms. */
const LIST_MS = 2_000;

/** What git would see, hidden files included. Empty when it takes too long or ripgrep cannot be started. */
export async function listFiles(projectRoot: string): Promise<{ paths: string[]; complete: boolean }> {
  const left = ["!.git", "!node_modules", "!.spindle", "!.spindle-*.tmp"].map((glob) => `--glob=${glob}`);
  try {
    const { stdout, cut } = await runRipgrep(["--files", "--hidden", "--no-require-git", "--no-messages", "--null", ...left], {
      cwd: projectRoot,
      signal: AbortSignal.timeout(LIST_MS),
    });
    const names = stdout.toString("utf8").split("\0").slice(0, -1);
    // Sorted, so that the same ones are looked at every time.
    const looked = names.length > MAX_FILES ? names.toSorted().slice(0, MAX_FILES) : names;
    return { paths: looked.map((name) => path.join(projectRoot, name)), complete: !cut && names.length <= MAX_FILES };
  } catch {
    // What was seen before is looked at all the same.
    return { paths: [], complete: false };
  }
}
