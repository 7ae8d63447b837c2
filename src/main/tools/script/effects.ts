import type { Json } from "../../../protocol/json.ts";
import type { ScriptReport } from "../../../protocol/script-report.ts";
import { SpindleError } from "../../../protocol/error.ts";
import { applyPatchResult, execResult } from "../../../protocol/tools.ts";
import type { ScriptCall } from "../../harness/harness.ts";

type ChangedFile = ScriptReport["changedFiles"][number];

/** What the calls of one script did outside of it. */
export interface ScriptEffects {
  /** Looks at a call on its way; what it gives or throws stays as it is. Also sees calls that end while the script is stopped. */
  watch(call: ScriptCall, running: Promise<Json>): Promise<Json>;
  /** So far: changed files by path, commands and tasks. */
  seen(): Pick<ScriptReport, "commands" | "tasks"> & { readonly files: readonly ChangedFile[] };
}

/** Errors of `exec` that mean that no command ran; with any other one it may have. */
const neverRan: ReadonlySet<string> = new Set([
  "denied",
  "invalid_input",
  "unknown_tool",
  "outside_project",
  "permission_denied",
  "command_not_started",
  "sandbox_unavailable",
]);

export function watchEffects(): ScriptEffects {
  const files = new Map<string, ChangedFile>();
  let ended = 0;
  let stopped = 0;
  let tasks = 0;

  const changed = (changedFiles: readonly ChangedFile[]): void => {
    for (const { path, kind } of changedFiles) {
      // A file that was added and then updated is still a new one.
      const before = files.get(path)?.kind;
      files.set(path, { path, kind: before === "add" && kind === "update" ? "add" : kind });
    }
  };
  const patch = async (running: Promise<Json>): Promise<Json> => {
    const result = await running;
    changed(applyPatchResult.safeParse(result).data?.files ?? []);
    return result;
  };
  const command = async (running: Promise<Json>): Promise<Json> => {
    try {
      const result = await running;
      const { files, backgroundTask } = execResult.safeParse(result).data ?? {};
      if (backgroundTask !== undefined) tasks++;
      else if (files === undefined) ended++;
      else changed(files);
      return result;
    } catch (error) {
      if (!(error instanceof SpindleError) || !neverRan.has(error.code)) stopped++;
      throw error;
    }
  };
  const spawn = async (running: Promise<Json>): Promise<Json> => {
    const result = await running;
    tasks++;
    return result;
  };

  return {
    watch(call, running) {
      if (call.name === "applyPatch") return patch(running);
      if (call.name === "exec") return command(running);
      return call.name === "spawn" ? spawn(running) : running;
    },
    seen: () => ({ files: [...files.values()], commands: { ended, stopped }, tasks }),
  };
}
