import { useMemo } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import type { PatchText } from "../../../protocol/patch.ts";
import type { RejectedFile } from "../../../protocol/review.ts";
import { useConversation } from "../../state/conversation.ts";
import type { PatchStep } from "../../state/conversation-view.ts";
import { markHunks, rejectHunks } from "../../state/review.ts";
import { type ReviewHunk, reviewHunks } from "./hunk-marks.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

/** What the person has decided of a file: accepted hunks and all that are left. */
export interface Progress {
  readonly accepted: number;
  readonly hunks: number;
}

export interface Decisions {
  readonly hunks: readonly ReviewHunk[];
  readonly byPath: ReadonlyMap<string, readonly ReviewHunk[]>;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly total: Progress;
  isAccepted(hunk: ReviewHunk): boolean;
  /** Resolves with false when it did not happen. */
  accept(hunks: readonly ReviewHunk[], accepted: boolean): Promise<boolean>;
  reject(hunks: readonly ReviewHunk[]): Promise<boolean>;
  /** Why hunks of a file cannot be taken back; null when they can. */
  whyNot(path: string): string | null;
}

/** Accepting and taking back for the files of a review. */
export function useDecisions(
  id: ConversationId | null,
  files: readonly ReviewFile[],
  parsed: ReadonlyMap<string, ParsedFile>,
  patches: readonly PatchStep[],
): Decisions {
  const marks = useConversation((state) => state.view.accepted);
  const byPath = useMemo(
    () =>
      new Map(
        files.flatMap((file) => {
          const ready = parsed.get(file.key);
          return ready === undefined || file.parts === 0 ? [] : [[file.path, reviewHunks(file, ready)] as const];
        }),
      ),
    [files, parsed],
  );
  return useMemo(() => {
    const hunks = [...byPath.values()].flat();
    const progress = new Map([...byPath].map(([path, own]) => [path, progressOf(own, marks)]));
    const fileOf = new Map(files.map((file) => [file.path, file]));
    const whyNot = (path: string): string | null => whyNotOf(fileOf.get(path));
    return {
      hunks,
      byPath,
      progress,
      total: progressOf(hunks, marks),
      isAccepted: ({ mark }) => marks.has(mark),
      accept: async (chosen, accepted) => {
        const open = chosen.filter(({ mark }) => marks.has(mark) !== accepted);
        return (
          id !== null &&
          open.length > 0 &&
          markHunks(
            id,
            accepted,
            open.map(({ mark }) => mark),
          )
        );
      },
      reject: async (chosen) => {
        const able = chosen.filter(({ path }) => whyNot(path) === null);
        const request = able.length === 0 ? null : requestOf(able, fileOf, patches);
        return id !== null && request !== null && rejectHunks(id, request);
      },
      whyNot,
    };
  }, [id, byPath, marks, files, patches]);
}

function progressOf(hunks: readonly ReviewHunk[], marks: ReadonlySet<string>): Progress {
  return { accepted: hunks.filter(({ mark }) => marks.has(mark)).length, hunks: hunks.length };
}

function whyNotOf(file: ReviewFile | undefined): string | null {
  if (file === undefined || file.parts === 0) return "Only patches can be taken back";
  if (nameOf(file.before) === null || nameOf(file.after) === null) return "Its texts are not kept; undo the patch as a whole";
  return null;
}

/** What names a text to main; null for one that cannot be asked for. */
function nameOf(text: PatchText | null): string | null {
  if (text === null) return null;
  return typeof text === "string" ? (text === "" ? "" : null) : text.hash;
}

function requestOf(hunks: readonly ReviewHunk[], files: ReadonlyMap<string, ReviewFile>, patches: readonly PatchStep[]) {
  const calls = new Set<string>();
  const rejected: RejectedFile[] = [];
  for (const path of new Set(hunks.map((hunk) => hunk.path))) {
    const file = files.get(path);
    const before = nameOf(file?.before ?? null);
    const after = nameOf(file?.after ?? null);
    if (file === undefined || before === null || after === null) continue;
    for (const { callId } of file.origins) calls.add(callId);
    rejected.push({ path, kind: file.kind, before, after, hunks: hunks.filter((hunk) => hunk.path === path).map(({ place }) => place) });
  }
  // It counts for the newest turn it touches: undoing that one takes it along.
  const turnId = patches.findLast((patch) => calls.has(patch.callId) && patch.turnId !== null)?.turnId ?? null;
  return turnId === null ? null : { turnId, calls: [...calls], files: rejected };
}
