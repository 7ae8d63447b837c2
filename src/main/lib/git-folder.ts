import { existsSync } from "node:fs";
import path from "node:path";
import { startupEntryOf } from "./home-folder.ts";
import { isInside } from "./paths.ts";

/** Names of folders and files that others trust and run: read-only for commands, asked about for patches. */
export const guardedNames: ReadonlySet<string> = new Set([".git", ".spindle"]);

/**
 * True for a folder that git takes for a repository, whatever it is called: a bare one, one of `--separate-git-dir`, the part of a
 * worktree. A hook or a setting in it runs commands. (git's own test, `is_git_directory`.)
 */
export function isGitFolder(has: (name: string) => boolean): boolean {
  return has("HEAD") && ((has("objects") && has("refs")) || has("commondir"));
}

/** Folders of a repository's own. */
const ownFolders: ReadonlySet<string> = new Set(["branches", "hooks", "info", "lfs", "logs", "modules", "objects", "refs", "worktrees"]);

/**
 * The repository that a project is the inside of: a bare one, a `.git` folder or a part of one; null for other projects. Nothing of
 * it can be guarded from what may write the project. A worktree that lies beside those parts (`x.git/main`) is an ordinary project.
 */
export function repositoryAround(root: string): string | null {
  for (let folder = root, below: string | null = null; ; folder = path.dirname(folder)) {
    const isPart = below === null || ownFolders.has(below);
    const has = (name: string): boolean => existsSync(path.join(folder, name));
    if (isPart && (path.basename(folder).toLowerCase() === ".git" || isGitFolder(has))) return folder;
    if (path.dirname(folder) === folder) return null;
    below = path.basename(folder);
  }
}

/**
 * The name of the guarded folder (or the place that sessions start with, `startupEntryOf`) of a project that a file is in or is; null when it is in
 * none. In a project that is the inside of a repository every file counts. Paths absolute and real.
 */
export function guardedFolderOf(root: string, file: string): string | null {
  const named = path
    .relative(root, file)
    .split(path.sep)
    .find((name) => guardedNames.has(name.toLowerCase()));
  if (named !== undefined) return named;
  for (let folder = path.dirname(file); folder !== root && isInside(root, folder); folder = path.dirname(folder)) {
    if (isGitFolder((name) => existsSync(path.join(folder, name)))) return path.relative(root, folder);
  }
  const around = repositoryAround(root);
  return around === null ? startupEntryOf(root, file) : path.basename(around);
}
