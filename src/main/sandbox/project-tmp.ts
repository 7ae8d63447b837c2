import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/** Where the temp folder of a project's commands is: what those of another project leave there is none of their business. */
export function projectTmp(tmpRoot: string, projectRoot: string): string {
  return path.join(tmpRoot, createHash("sha256").update(projectRoot).digest("hex").slice(0, 16));
}

/** Makes that folder if it is not there. Throws `sandbox_unavailable` when the one that holds it is gone: anybody could have made that anew. */
export async function makeProjectTmp(tmpRoot: string, projectRoot: string): Promise<string> {
  const folder = projectTmp(tmpRoot, projectRoot);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return folder;
    throw new SpindleError("sandbox_unavailable", `The private temp folder of commands cannot be used: ${(error as Error).message}`, {
      hint: "Start Spindle again.",
      details: { path: folder },
      cause: error,
    });
  }
  return folder;
}
