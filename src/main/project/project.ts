import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import { fileError } from "../lib/paths.ts";

/** A folder as its own files show it. */
export type OpenedFolder = Pick<ProjectInfo, "root" | "name" | "branch" | "changes">;

/** Opens a folder as a project: its real path, name and branch. Throws `not_found`, `not_a_folder` or `permission_denied`. */
export async function openProject(folder: string): Promise<OpenedFolder> {
  let root: string;
  try {
    root = await realpath(path.resolve(folder));
    if (!(await stat(root)).isDirectory())
      throw new SpindleError("not_a_folder", `${folder} is not a folder.`, { hint: "Open the folder that holds the project." });
  } catch (error) {
    throw error instanceof SpindleError ? error : fileError(error, folder);
  }
  return { root, name: path.basename(root) || root, branch: await readBranch(root), changes: null };
}

/**
 * Branch of the repository, read from its files: running git in a folder nobody has trusted yet can run the folder's
 * code. Null without a repository, the short commit when detached.
 */
export async function readBranch(root: string): Promise<string | null> {
  try {
    const dotGit = path.join(root, ".git");
    let gitFolder = dotGit;
    if ((await stat(dotGit)).isFile()) {
      const pointer = /^gitdir: (.+)$/m.exec(await readFile(dotGit, "utf8"))?.[1];
      if (pointer === undefined) return null;
      gitFolder = path.resolve(root, pointer.trim());
    }
    const head = (await readFile(path.join(gitFolder, "HEAD"), "utf8")).trim();
    return head.startsWith("ref: refs/heads/") ? head.slice("ref: refs/heads/".length) : head.slice(0, 8);
  } catch {
    // No repository, or one that cannot be read: a project needs none.
    return null;
  }
}
