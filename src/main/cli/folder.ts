import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { Engine } from "../engine.ts";
import { openProject, type OpenedFolder } from "../project/project.ts";
import type { EngineFlags } from "./open-engine.ts";

/**
 * The folder that `exec` and `run` work in. Naming it (`-C`) is the trust for this run; the folder that the shell happens to be in
 * counts only when the window was told that it is trusted. Rejects as `openProject` does, and with `invalid_input` for an empty name.
 */
export async function openFolder(
  directory: string | undefined,
): Promise<{ readonly project: OpenedFolder } & Required<Pick<EngineFlags, "trust">>> {
  if (directory === "") throw new SpindleError("invalid_input", "-C names no folder.", { hint: "Name one, for example: -C ." });
  return { project: await openProject(path.resolve(directory ?? ".")), trust: directory === undefined ? "asked" : "named" };
}

/** Says on standard error that nothing of the folder will run, and how it would. */
export function sayUntrusted(engine: Engine, root: string): void {
  if (engine.authority.isTrusted(root)) return;
  process.stderr.write(
    "spindle: this folder is not trusted, so no command runs in it and no file is changed. To trust it for this run, name it: -C .\n",
  );
}
