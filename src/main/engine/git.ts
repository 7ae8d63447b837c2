import type { ProjectDiff, ProjectInfo } from "../../protocol/ipc.ts";
import { readBranch } from "../project/project.ts";
import { type GitCommand, type GitDeps, openGit } from "./git-command.ts";
import { type GitStatus, parseStatus } from "./git-status.ts";
import { untrackedDiff } from "./git-untracked.ts";

/**
 * What git says about a project. It only reads, in the sandbox, 10 s at most per command, and nothing of the repository runs: no
 * hook, no driver, no monitor (docs/security.md). Functions reject like `Runner.run`, and with `sandbox_unavailable`.
 */
export interface Git {
  /** Null when git may not be asked (not trusted, no sandbox, no repository of the folder itself) or does not answer. */
  status(root: string): Promise<GitStatus | null>;
  /** The working tree against the last commit, new files included as text; null as for `status`. */
  diff(root: string): Promise<ProjectDiff | null>;
  /** What a window shows: from git, else the branch from the repository's files. */
  describe(root: string): Promise<Pick<ProjectInfo, "branch" | "changes">>;
  /** Ends what still runs. */
  close(): void;
}

/** Longest diff, UTF-8 bytes. */
const maxDiffBytes = 4 * 1024 * 1024;
/** Beyond it names are missing, so nothing is said. */
const maxStatusBytes = 8 * 1024 * 1024;

export function createGit(deps: GitDeps): Git {
  const closed = new AbortController();
  const open = (root: string): Promise<GitCommand | null> => openGit(root, deps, closed.signal);
  const git: Git = {
    async status(root) {
      const run = await open(root);
      return run === null ? null : readStatus(run, "normal");
    },
    async diff(root) {
      const run = await open(root);
      const status = run === null ? null : await readStatus(run, "all");
      if (run === null || status === null) return null;
      const base = status.commit ?? (await emptyTree(run));
      if (base === null) return null;
      // Twice the room: half of what is kept is the beginning.
      const result = await run(["diff", ...diffOptions, base, "--", "."], 2 * maxDiffBytes);
      if (result.exitCode !== 0) return null;
      const tracked = cutDiff(result.stdout, result.truncated);
      const fresh = await untrackedDiff(root, status.untracked, maxDiffBytes - Buffer.byteLength(tracked.diff));
      return { diff: tracked.diff + fresh.diff, truncated: tracked.truncated || fresh.truncated };
    },
    async describe(root) {
      const status = await git.status(root);
      return status === null ? { branch: await readBranch(root), changes: null } : { branch: status.branch, changes: status.changed };
    },
    close: () => closed.abort(),
  };
  return git;
}

/** Against settings of the person or the repository that change the format or run a program. */
const diffOptions = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--ignore-submodules=all",
  "--find-renames",
  "--unified=3",
  "--src-prefix=a/",
  "--dst-prefix=b/",
] as const;

async function readStatus(run: GitCommand, untracked: "normal" | "all") {
  const result = await run(
    ["status", "--porcelain=v2", "--branch", "-z", "--ignore-submodules=all", `--untracked-files=${untracked}`],
    maxStatusBytes,
  );
  return result.exitCode === 0 && !result.truncated ? parseStatus(result.stdout) : null;
}

/** What a repository without a commit is compared with. */
async function emptyTree(run: GitCommand): Promise<string | null> {
  const result = await run(["hash-object", "-t", "tree", "/dev/null"], 1_024);
  return result.exitCode === 0 ? result.stdout.trim() : null;
}

/** The beginning of a diff, without a file that is not complete. */
function cutDiff(text: string, isLonger: boolean): ProjectDiff {
  const bytes = Buffer.from(text);
  if (!isLonger && bytes.length <= maxDiffBytes) return { diff: text, truncated: false };
  const end = bytes.subarray(0, maxDiffBytes).lastIndexOf("\ndiff --git ");
  return { diff: end === -1 ? "" : bytes.subarray(0, end + 1).toString("utf8"), truncated: true };
}
