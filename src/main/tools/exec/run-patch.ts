import { SpindleError } from "../../../protocol/error.ts";
import type { ApplyPatchInput, ExecResult } from "../../../protocol/tools.ts";
import type { ToolContext, ToolOutcome } from "../tool.ts";
import type { PatchTool } from "./command-effect.ts";

/**
 * Applies the patch of a command line and tells it as a command would: exit code 0 and the tool's text, or 1 and why it
 * could not be applied. Texts are those of Codex 0.169.0 (measured). What is refused stays an error (`outside_project`,
 * `permission_denied`, `cancelled`, …).
 */
export async function runPatch(patch: ApplyPatchInput, ctx: ToolContext, applyPatch: PatchTool): Promise<ToolOutcome<ExecResult>> {
  const startedAt = performance.now();
  const resultOf = (exitCode: 0 | 1, output: string): ExecResult => ({
    exitCode,
    signal: null,
    stdout: exitCode === 0 ? output : "",
    stderr: exitCode === 0 ? "" : output,
    output,
    durationMs: performance.now() - startedAt,
    timedOut: false,
    truncated: false,
  });
  try {
    const { result, text, summary } = await applyPatch.run(patch, ctx);
    return { result: { ...resultOf(0, text), files: result.files }, text: wrapped(text), summary };
  } catch (error) {
    if (!(error instanceof SpindleError) || error.code !== "patch_failed") throw error;
    const failed = { summary: "exit 1" };
    // Nothing was tried yet: the original says only why.
    if (error.message.startsWith("apply_patch verification failed"))
      return { ...failed, result: resultOf(1, error.message), text: withHint(error.message, error.hint) };
    const text = `Exit code: 1\nWall time: ${Math.round((performance.now() - startedAt) / 100) / 10} seconds\nOutput:\n${error.message}`;
    return { ...failed, result: resultOf(1, text), text: withHint(wrapped(text), error.hint) };
  }
}

/** No command ran, hence no time. */
function wrapped(text: string): string {
  return `Wall time: 0.0000 seconds\nOutput:\n${text}`;
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}\n${hint}`;
}
