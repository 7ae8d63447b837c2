import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { runRipgrep } from "../tools/grep-files/ripgrep.ts";

/** Files named at most; a project with more says so. */
export const maxPaths = 100_000;
/** A list this young is not made again, ms. */
const freshMs = 2_000;
/** A listing that takes longer is given up, ms. */
const listMs = 15_000;

/** The files of a project for the window's `@` list. */
export interface PathList {
  /** Changes with the list. */
  readonly stamp: string;
  /** Relative paths with `/`, NUL between them: one text crosses to the window faster than 100,000. */
  readonly text: string;
  readonly count: number;
  /** False when the project has more than `maxPaths` files. */
  readonly complete: boolean;
}

export interface ProjectPaths {
  /**
   * What git would see, hidden files included, sorted. Answers from memory for two seconds; after that the project is looked at
   * again, one look at a time. Throws `timeout`, `command_not_started`, `io_error`.
   */
  list(root: string): Promise<PathList>;
}

export function createProjectPaths(now: () => number = Date.now): ProjectPaths {
  let last: { readonly root: string; readonly at: number; readonly list: Promise<PathList> } | null = null;
  let version = 0;
  let text = "";
  const look = async (root: string): Promise<PathList> => {
    const found = await listPaths(root);
    if (found.text !== text) {
      text = found.text;
      version++;
    }
    return { ...found, stamp: `${version}` };
  };
  return {
    list(root) {
      if (last !== null && last.root === root && now() - last.at < freshMs) return last.list;
      const list = look(root);
      const made = { root, at: now(), list };
      last = made;
      // A failed look is not kept: the next question tries again.
      list.catch(() => {
        if (last === made) last = null;
      });
      return list;
    },
  };
}

async function listPaths(root: string): Promise<Omit<PathList, "stamp">> {
  const left = ["!.git", "!node_modules", "!.spindle", "!.spindle-*.tmp"].map((glob) => `--glob=${glob}`);
  const signal = AbortSignal.timeout(listMs);
  try {
    const args = ["--no-config", "--files", "--hidden", "--no-require-git", "--no-messages", "--null", ...left];
    const { stdout, cut } = await runRipgrep(args, { cwd: root, signal });
    const names = stdout.toString("utf8").split("\0").slice(0, -1);
    const sorted = names.map(path.sep === "\\" ? (name) => name.replaceAll("\\", "/") : (name) => name).sort();
    const kept = sorted.slice(0, maxPaths);
    return { text: kept.join("\0"), count: kept.length, complete: !cut && kept.length === sorted.length };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SpindleError("timeout", `The files of the project were not listed within ${listMs / 1000} seconds.`, {
      hint: "Drop the file into the window instead.",
      cause: error,
    });
  }
}
