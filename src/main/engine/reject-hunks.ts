import { randomBytes } from "node:crypto";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { type RejectedFile, type RejectRequest, type RejectResult, reviewCallPrefix } from "../../protocol/review.ts";
import type { UndoConflict } from "../../protocol/undo.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { Queue } from "../lib/queue.ts";
import { guardedFolderOf } from "../lib/git-folder.ts";
import type { FileChange } from "../project/change-files.ts";
import { readState, type SeenState } from "../project/file-state.ts";
import type { Image } from "../project/image.ts";
import type { Journal } from "../project/journal.ts";
import { takeBackHunks } from "../project/take-back.ts";
import { changedFiles } from "./changed-files.ts";
import { assertEnded } from "./undo.ts";

type KeptFile = Extract<Image, { type: "file" }>;
interface Kept {
  /** Places that patches of the conversation changed. */
  readonly places: ReadonlySet<string>;
  readonly byHash: ReadonlyMap<string, KeptFile>;
}

/**
 * Takes hunks of patches back as one change of the person, through the journal: all of it or nothing, and it can be undone
 * like any patch. Throws `undo_conflict` (with the lines) where the lines of a hunk were changed since, `not_found` for files
 * that no patch of the conversation changed or texts that are not kept, `still_running` while the turn runs, `patch_failed` for a
 * text of which the window shows other lines, because a key over several lines is hidden in it.
 */
export async function rejectHunks(
  conversation: Conversation,
  { turnId, calls, files }: RejectRequest,
  deps: { readonly journal: Journal; readonly inTurn: Queue; readonly redact: (text: string) => string },
): Promise<RejectResult> {
  assertEnded(conversation, { kind: "turn", id: turnId });
  const { projectRoot, id: conversationId } = conversation;
  return deps.inTurn(projectRoot, async () => {
    const kept = await keptBy(conversationId, deps.journal);
    const conflicts: UndoConflict[] = [];
    const changes: FileChange[] = [];
    for (const file of files) {
      const outcome = await changeOf(file, projectRoot, kept, deps);
      if ("path" in outcome) changes.push(outcome);
      else conflicts.push(outcome.conflict);
    }
    if (conflicts.length > 0) throw conflictError(conflicts);
    const callId = `${reviewCallPrefix}${Date.now().toString(36)}-${randomBytes(3).toString("hex")}`;
    const record = await deps.journal.apply({ conversationId, turnId, callId, projectRoot }, changes);
    const hunks = files.reduce((sum, file) => sum + file.hunks.length, 0);
    conversation.emit({
      type: "patch_applied",
      turnId,
      callId,
      files: await changedFiles(record, deps.journal.blobs, { texts: true }),
      takenBack: { calls, hunks },
    });
    return { callId, files: changes.length, hunks };
  });
}

async function keptBy(conversationId: string, journal: Journal): Promise<Kept> {
  const places = new Set<string>();
  const byHash = new Map<string, KeptFile>();
  for (const { files } of await journal.list(conversationId)) {
    for (const file of files) {
      places.add(file.path);
      for (const image of [file.before, file.after]) if (image?.type === "file") byHash.set(image.hash, image);
    }
  }
  return { places, byHash };
}

async function changeOf(
  file: RejectedFile,
  projectRoot: string,
  kept: Kept,
  { journal, redact }: { readonly journal: Journal; readonly redact: (text: string) => string },
): Promise<FileChange | { readonly conflict: UndoConflict }> {
  const place = path.resolve(projectRoot, file.path);
  if (!kept.places.has(place) || guardedFolderOf(projectRoot, place) !== null)
    throw new SpindleError("not_found", `${file.path} was not changed by a patch of this conversation.`);
  const before = await textOf(file.before, kept, journal);
  const after = await textOf(file.after, kept, journal);
  for (const bytes of [before, after]) {
    if (lineCount(redact(bytes.toString("utf8"))) === lineCount(bytes.toString("utf8"))) continue;
    throw new SpindleError(
      "patch_failed",
      `${file.path} holds a key over several lines, which is not shown: its hunks cannot be taken back one by one.`,
      {
        hint: "Undo the patch as a whole.",
      },
    );
  }
  const seen = await readState(place);
  if (file.kind === "delete") {
    if (seen.state !== null) return { conflict: conflictOf(file.path, "was created anew", []) };
    const mode = kept.byHash.get(file.before)?.mode;
    return {
      path: place,
      before: null,
      stamp: seen.stamp,
      after: { type: "file", bytes: before, ...(mode === undefined ? {} : { exactMode: mode }) },
    };
  }
  if (seen.state?.type !== "file") return { conflict: conflictOf(file.path, seen.state === null ? "was deleted" : "became a link", []) };
  return taken(file, place, { before, after }, { ...seen, state: seen.state });
}

function lineCount(text: string): number {
  return text.split("\n").length;
}

function taken(
  file: RejectedFile,
  place: string,
  { before, after }: { readonly before: Buffer; readonly after: Buffer },
  { state, stamp }: SeenState & { readonly state: Extract<NonNullable<SeenState["state"]>, { type: "file" }> },
): FileChange | { readonly conflict: UndoConflict } {
  const outcome = takeBackHunks(before, after, state.bytes, file.hunks);
  if ("lines" in outcome) return { conflict: conflictOf(file.path, "was changed", outcome.lines) };
  // Of a new file nothing may be left: then it goes as well.
  const isGone = file.kind === "add" && outcome.bytes.length === 0;
  return { path: place, before: state, stamp, after: isGone ? null : { type: "file", bytes: outcome.bytes } };
}

async function textOf(hash: string, kept: Kept, journal: Journal): Promise<Buffer> {
  if (hash === "") return Buffer.alloc(0);
  const image = kept.byHash.get(hash);
  const missing = "A text that is needed to take this back is no longer kept.";
  if (image === undefined) throw new SpindleError("not_found", missing, { hint: "Earlier contents are kept for 30 days, and up to 1 GB." });
  return Buffer.from(await journal.blobs.get(image));
}

function conflictOf(shown: string, what: string, lines: UndoConflict["lines"]): UndoConflict {
  return { path: shown, what, lines, now: [] };
}

function conflictError(conflicts: readonly UndoConflict[]): SpindleError {
  const named = conflicts.slice(0, 5).map(({ path: file, what, lines }) => {
    const places = lines.slice(0, 5).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
    return `${file} ${what}${places.length === 0 ? "" : ` at ${places.length === 1 && lines[0]?.[0] === lines[0]?.[1] ? "line" : "lines"} ${places.join(", ")}`}`;
  });
  return new SpindleError("undo_conflict", `${named.join("; ")} after the patch, so nothing was taken back.`, {
    hint: "Take the later change back first, or edit the lines yourself.",
    details: {
      conflicts: conflicts.map(({ path: file, what, lines }) => ({ path: file, what, lines: lines.map(([a, b]) => [a, b]), now: [] })),
      canForce: false,
    },
  });
}
