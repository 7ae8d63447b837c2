import path from "node:path";
import { SpindleError } from "../../../protocol/error.ts";
import { applyPatchInput, applyPatchResult, type ApplyPatchInput } from "../../../protocol/tools.ts";
import { guardedFolderOf } from "../../lib/git-folder.ts";
import { displayPath, isInside } from "../../lib/paths.ts";
import { isReadable } from "../../lib/read-scope.ts";
import { createQueue, type Queue } from "../../lib/queue.ts";
import { ChangeFailure } from "../../project/change-files.ts";
import type { Journal } from "../../project/journal.ts";
import { defineTool, readScopeOf, type ToolContext } from "../tool.ts";
import { parsePatch, type PatchOperation } from "./parse.ts";
import { patchFile } from "./patch-file.ts";
import { osReason } from "./read-target.ts";
import { patchSummary } from "./summary.ts";
import { placesOf, readsOf, verifyPatch } from "./verify.ts";
import { writeComplaint } from "./write-complaint.ts";

/**
 * The tool `applyPatch`: the whole patch is checked against the disk first, then written as one through the journal, so
 * that a crash at any moment leaves all of it or nothing. Patches of one project are applied one after the other; `inTurn` is
 * the queue when others (undo) write there too.
 */
export function createApplyPatchTool(deps: { readonly journal: Pick<Journal, "apply">; readonly inTurn?: Queue }) {
  const inTurn = deps.inTurn ?? createQueue();
  return defineTool({
    name: "applyPatch",
    description:
      "Changes files with one patch: *** Add File, *** Update File (with *** Move to), *** Delete File; hunks start with @@ and have context lines. All files change or none.",
    input: applyPatchInput,
    result: applyPatchResult,
    effect: (input, ctx) => {
      const operations = parse(input);
      const paths = resolved(() => placesOf(operations, workdirOf(input, ctx.projectRoot)));
      const guarded = paths.filter((place) => isInside(ctx.projectRoot, place) && guardedFolderOf(ctx.projectRoot, place) !== null);
      return { kind: "write" as const, paths, guarded, operations };
    },
    run: (input, ctx) => inTurn(ctx.projectRoot, () => applyOne(input, ctx, deps.journal)),
  });
}

async function applyOne(input: ApplyPatchInput, ctx: ToolContext, journal: Pick<Journal, "apply">) {
  const startedAt = performance.now();
  ctx.signal.throwIfAborted();
  const operations = parse(input);
  const workdir = workdirOf(input, ctx.projectRoot);
  assertAllowed(
    resolved(() => ({ places: placesOf(operations, workdir), reads: readsOf(operations, workdir) })),
    ctx,
  );
  const verified = await verification(() => verifyPatch(operations, workdir));
  ctx.signal.throwIfAborted();
  // Once more, now for the very places that are written: a link may have been swapped in since the first look.
  assertAllowed(
    { places: verified.flatMap((one) => one.changes.map((change) => change.path)), reads: verified.flatMap((one) => one.readFrom ?? []) },
    ctx,
  );
  const changes = verified.flatMap((operation) => operation.changes);
  try {
    await journal.apply(
      { conversationId: ctx.conversationId, turnId: ctx.turnId, callId: ctx.callId, projectRoot: ctx.projectRoot },
      changes,
    );
  } catch (error) {
    throw await writeError(
      error,
      verified.find((operation) => error instanceof ChangeFailure && operation.changes.includes(error.change))?.path,
    );
  }
  const files = verified.map((operation) => patchFile(operation, ctx.projectRoot));
  const line = ctx.scriptLine === undefined ? {} : { scriptLine: ctx.scriptLine };
  ctx.emit({ type: "patch_applied", turnId: ctx.turnId, callId: ctx.callId, ...line, files });
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const seconds = String(Math.round((performance.now() - startedAt) / 100) / 10);
  return {
    result: {
      files: files.map((file) => ({ path: file.path, kind: file.kind, added: file.added, removed: file.removed })),
      added,
      removed,
    },
    text: `Exit code: 0\nWall time: ${seconds} seconds\nOutput:\n${patchSummary(operations)}`,
    summary: `${files.length} ${files.length === 1 ? "file" : "files"}, +${added} −${removed}`,
  };
}

function workdirOf(input: ApplyPatchInput, projectRoot: string): string {
  return path.resolve(projectRoot, input.workdir ?? ".");
}

/** Sentences as the agent tool of Codex 0.169.0 gives them (measured). */
function parse(input: ApplyPatchInput): readonly PatchOperation[] {
  if (input.workdir?.includes("\0")) throw new SpindleError("invalid_input", "A path must not contain a NUL byte.");
  const hint =
    "A patch is: *** Begin Patch, then *** Add File: / *** Update File: / *** Delete File: with their lines, then *** End Patch.";
  let parsed: ReturnType<typeof parsePatch>;
  try {
    parsed = parsePatch(input.patch);
  } catch (error) {
    if (!(error instanceof SpindleError) || error.code !== "invalid_patch") throw error;
    const line = error.details?.["line"];
    const reason = typeof line !== "number" ? `invalid patch: ${error.message}` : `invalid hunk at line ${line}, ${error.message}`;
    throw new SpindleError("invalid_patch", `apply_patch verification failed: ${reason}`, {
      hint,
      ...(error.details === undefined ? {} : { details: error.details }),
      cause: error,
    });
  }
  if (parsed.environmentId !== undefined)
    throw new SpindleError("invalid_patch", "apply_patch environment selection is unavailable for this turn");
  if (parsed.operations.length === 0) throw new SpindleError("invalid_patch", "patch rejected: empty patch", { hint });
  return parsed.operations;
}

async function verification<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw asVerificationError(error);
  }
}

function resolved<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asVerificationError(error);
  }
}

function asVerificationError(error: unknown): unknown {
  if (!(error instanceof SpindleError))
    return new SpindleError("patch_failed", `apply_patch verification failed: ${osReason(error)}`, { cause: error });
  if (error.code !== "patch_failed") return error;
  return new SpindleError("patch_failed", `apply_patch verification failed: ${error.message}`, {
    hint: `${error.hint ?? "Read the file again and make the patch anew."} No file was changed.`,
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  });
}

/** Defence behind the gate's policy, which saw the places earlier. All are real paths. */
function assertAllowed(touched: { places: readonly string[]; reads: readonly string[] }, ctx: ToolContext): void {
  if (ctx.sandboxLevel === "full") return;
  const scope = readScopeOf(ctx);
  for (const place of touched.places) {
    const shown = displayPath(ctx.projectRoot, place);
    if (!isInside(ctx.projectRoot, place)) {
      throw new SpindleError("outside_project", `${shown} is outside the project and is not written.`, {
        hint: "Use a path inside the project.",
        details: { path: place },
      });
    }
    if (!isReadable(scope, place)) throw hiddenPlace(shown, place, "written");
    const guarded = guardedFolderOf(ctx.projectRoot, place);
    if (guarded !== null) {
      throw new SpindleError("permission_denied", `${shown} is not written: files under ${guarded} can make other programs run commands.`, {
        hint: "Use a command of the program that owns them.",
        details: { path: place },
      });
    }
  }
  for (const read of touched.reads) {
    if (isReadable(scope, read)) continue;
    const shown = displayPath(ctx.projectRoot, read);
    if (isInside(ctx.projectRoot, read)) throw hiddenPlace(shown, read, "read");
    throw new SpindleError("outside_project", `${shown} is outside the project and is not read.`, { details: { path: read } });
  }
}

function hiddenPlace(shown: string, place: string, what: "read" | "written"): SpindleError {
  return new SpindleError("permission_denied", `${shown} is a place of keys or of Spindle's own data, and is not ${what}.`, {
    hint: "The person can change it, or allow the sandbox level full.",
    details: { path: place },
  });
}

async function writeError(error: unknown, shownPath: string | undefined): Promise<unknown> {
  if (!(error instanceof ChangeFailure)) return error;
  if (error.cause instanceof SpindleError) return error.cause;
  const absolute = shownPath ?? error.change.path;
  const message = error.change.after === null ? `Failed to delete file ${absolute}` : await writeComplaint(absolute);
  return new SpindleError("patch_failed", message, {
    hint: `${osReason(error.cause)}. No file was changed.`,
    details: { path: absolute },
    cause: error,
  });
}
