import { z } from "zod";
import type { CallId } from "./ids.ts";

const line = z.number().int().min(0).max(10_000_000);

/** A hunk by its place in the old and the new text, as in a unified diff: 1-based, and 0 lines stand behind their line. */
export const hunkPlaceSchema = z.strictObject({ oldStart: line, oldLines: line, newStart: line, newLines: line });
export type HunkPlace = z.infer<typeof hunkPlaceSchema>;

const text = z.union([z.literal(""), z.string().regex(/^[0-9a-f]{64}$/)]);

/** Hunks of one file that the person takes back. `before` and `after` name the two texts by their hashes; "" is no text. */
export const rejectedFileSchema = z.strictObject({
  path: z.string().min(1).max(4_096),
  kind: z.enum(["add", "update", "delete", "move"]),
  before: text,
  after: text,
  hunks: z.array(hunkPlaceSchema).min(1).max(20_000),
});
export type RejectedFile = z.infer<typeof rejectedFileSchema>;

const callId = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/);

/** What is taken back as one change: it counts for the turn, and is shown with the patches of the calls. */
export const rejectSchema = z.strictObject({
  turnId: callId,
  calls: z.array(callId).max(2_000),
  files: z.array(rejectedFileSchema).min(1).max(1_000),
});
export type RejectRequest = z.infer<typeof rejectSchema>;

/** Begins the ids of calls that are no calls: steps of a review. */
export const reviewCallPrefix = "review-";

/** What a step of the review adds to the counts of a conversation: it takes added lines away again, and brings removed ones back. */
export function countedLines({ added, removed }: { readonly added: number; readonly removed: number }, takenBack: boolean) {
  return takenBack ? { added: -removed, removed: -added } : { added, removed };
}

export interface RejectResult {
  /** The call that the change is kept under: undoing it brings the hunks back. */
  readonly callId: CallId;
  readonly files: number;
  readonly hunks: number;
}

/** Names hunks by what they change (see `hunkMark` of the window): a hunk that changes afterwards is not the same any more. */
export const hunkMarkSchema = z.string().regex(/^[0-9a-z]{1,40}$/);

/** A patch that the person made by taking hunks back. */
export interface TakenBack {
  /** The calls whose patches it is shown with. */
  readonly calls: readonly CallId[];
  readonly hunks: number;
}
