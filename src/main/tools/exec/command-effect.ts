import path from "node:path";
import { SpindleError } from "../../../protocol/error.ts";
import type { ExecInput } from "../../../protocol/tools.ts";
import { assignments } from "../../approvals/describe-effect.ts";
import { folderAt } from "../../lib/folder.ts";
import type { Inspection } from "../../shell/inspect.ts";
import type { createApplyPatchTool } from "../apply-patch/tool.ts";
import type { RuledCommand } from "../../approvals/rules.ts";
import type { Effect } from "../tool.ts";
import type { Understood } from "./understand.ts";

/** The tool that patch calls in commands are handed to. */
export type PatchTool = ReturnType<typeof createApplyPatchTool>;

/**
 * What the policy decides about a command line: a patch call is a write of its paths, whatever the command line asked for
 * besides. Throws `invalid_patch` when that patch cannot be read.
 */
export async function commandEffect(
  input: Pick<ExecInput, "cmd" | "workdir" | "env" | "arg0" | "justification"> & { readonly escalated: boolean },
  { inspection, patch }: Understood,
  projectRoot: string,
  applyPatch: PatchTool,
): Promise<Effect> {
  if (patch !== null) return applyPatch.effect(patch, { projectRoot });
  if (input.workdir?.includes("\0") === true) throw new SpindleError("invalid_input", "A path must not contain a NUL byte.");
  return {
    kind: "command",
    // The variables belong to what is approved: they can change what a command does.
    cmd: `${given(input)}${input.cmd}`,
    line: ruledCommand(input, inspection),
    folder: await folderAt(path.resolve(projectRoot, input.workdir ?? ".")),
    escalated: input.escalated,
    justification: input.justification,
    forcedRm: inspection.mayForceRm,
  };
}

/** A command as rules look at it. */
export function ruledCommand(input: Pick<ExecInput, "cmd" | "env" | "arg0">, inspection: Inspection): RuledCommand {
  const { words, seen } = inspection;
  return { cmd: input.cmd, words, seen, variables: given(input) };
}

/** What the call sets for its command line, `$0` included: as assignments in front of it. */
function given({ env = {}, arg0 }: Pick<ExecInput, "env" | "arg0">): string {
  return assignments(arg0 === undefined ? env : { 0: arg0, ...env });
}
