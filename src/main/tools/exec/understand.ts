import path from "node:path";
import { SpindleError } from "../../../protocol/error.ts";
import type { ApplyPatchInput, ExecInput } from "../../../protocol/tools.ts";
import type { Inspection, ShellInspector } from "../../shell/inspect.ts";
import { parsePatch } from "../apply-patch/parse.ts";

/** What a command line of a call is: a command, or a patch call in the clothes of one. */
export interface Understood {
  readonly inspection: Inspection;
  /** Input of `applyPatch` when the command line is nothing but a call of it; else null. */
  readonly patch: ApplyPatchInput | null;
}

/**
 * Reads the command line of a call. Depends on the text alone, so the gate, and later the tool or the task, come to the
 * same answer. Throws `invalid_patch` for a patch that stands where a command should.
 */
export async function understand(
  input: Pick<ExecInput, "cmd" | "workdir">,
  projectRoot: string,
  inspector: ShellInspector,
): Promise<Understood> {
  const folder = path.resolve(projectRoot, input.workdir ?? ".");
  refuseBarePatch(input.cmd);
  const inspection = await inspector.inspect(input.cmd, folder);
  if (inspection.patch === null) return { inspection, patch: null };
  const { text, workdir } = inspection.patch;
  // Tabs and line ends are dropped from every path of a patch call (Codex 0.169.0, measured).
  const place = path.resolve(folder, (workdir ?? ".").replace(/[\t\r\n]/g, ""));
  return { inspection, patch: { patch: withoutEnvironment(text), workdir: place } };
}

function refuseBarePatch(cmd: string): void {
  if (!cmd.includes("*** Begin Patch") || environmentOf(cmd) === undefined) return;
  // The sentence of Codex 0.169.0 (measured): models know what to do about it.
  throw new SpindleError(
    "invalid_patch",
    'apply_patch verification failed: patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]',
    { hint: "Give the patch to applyPatch, or write it as a here document: apply_patch <<'EOF' … EOF." },
  );
}

/** The line `*** Environment ID:` is accepted in a command and means nothing, as in the original. */
function withoutEnvironment(patch: string): string {
  if (typeof environmentOf(patch) !== "string") return patch;
  return patch.replace(/^([^\n]*\*\*\* Begin Patch[^\n]*\n)[^\n]*\*\*\* Environment ID:[^\n]*\n/m, "$1");
}

/** Null for a patch without one, undefined for a text that is no patch. */
function environmentOf(text: string): string | null | undefined {
  try {
    return parsePatch(text).environmentId ?? null;
  } catch (error) {
    if (error instanceof SpindleError && error.code === "invalid_patch") return undefined;
    throw error;
  }
}
