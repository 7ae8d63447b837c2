import { SpindleError } from "../../../protocol/error.ts";
import { applyFileByFile } from "./apply.ts";
import { parsePatch } from "./parse.ts";
import { decodeUtf8 } from "./read-target.ts";
import { patchSummary } from "./summary.ts";

export interface ApplyPatchCliOptions {
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  /** Read only when there is no argument. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly cwd: string;
}

/**
 * The patch tool as a command: patch as the only argument or on standard input, applied file by file. Exit code, standard
 * output and standard error are those of Codex 0.169.0 (measured): 0 done, 1 the patch cannot be read or applied (files
 * written before stay), 2 wrong use. Rejects only for errors that are not the patch's.
 */
export async function runApplyPatchCli(options: ApplyPatchCliOptions): Promise<{ exitCode: 0 | 1 | 2; stdout: string; stderr: string }> {
  if (options.args.length > 1) return { exitCode: 2, stdout: "", stderr: "Error: apply_patch accepts exactly one argument.\n" };
  const [argument] = options.args;
  let patch: string;
  if (argument !== undefined) {
    patch = argument;
  } else {
    const bytes = await readAll(options.stdin);
    if (bytes.length === 0) return { exitCode: 2, stdout: "", stderr: "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n" };
    try {
      patch = decodeUtf8(bytes);
    } catch {
      return { exitCode: 1, stdout: "", stderr: "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8\n" };
    }
  }
  try {
    const { operations } = parsePatch(patch);
    if (operations.length === 0) return { exitCode: 1, stdout: "", stderr: "No files were modified.\n" };
    await applyFileByFile(operations, options.cwd);
    return { exitCode: 0, stdout: patchSummary(operations), stderr: "" };
  } catch (error) {
    if (!(error instanceof SpindleError)) throw error;
    return { exitCode: 1, stdout: "", stderr: `${cliMessage(error)}\n` };
  }
}

function cliMessage(error: SpindleError): string {
  if (error.code !== "invalid_patch") return error.message;
  const line = error.details?.["line"];
  return typeof line !== "number" ? `Invalid patch: ${error.message}` : `Invalid patch hunk on line ${line}: ${error.message}`;
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(typeof part === "string" ? Buffer.from(part) : Buffer.from(part));
  return Buffer.concat(parts);
}
