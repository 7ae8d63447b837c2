import { create } from "zustand";
import type { ConversationId } from "../../protocol/ids.ts";
import type { RejectRequest } from "../../protocol/review.ts";
import { call } from "../lib/api.ts";
import { reportError } from "./notices.ts";

/** What the keys and the palette can do with the review that is shown. */
export interface ReviewActions {
  step(direction: 1 | -1, unit: "hunk" | "file"): void;
  accept(): void;
  /** Accepts what is left. */
  acceptAll(): void;
  reject(): void;
  undo(): void;
  comment(): void;
  /** Opens the file that is shown in the editor, at the hunk where the person stands. */
  openFile(): void;
}

/** A step of the review that can be taken back. */
type Done =
  | { readonly kind: "mark"; readonly accepted: boolean; readonly hunks: readonly string[] }
  | { readonly kind: "reject"; readonly callId: string; readonly hunks: number };

export interface ReviewStore {
  /** Set while a review is shown. */
  readonly actions: ReviewActions | null;
  /** True while main works; one at a time. */
  readonly busy: boolean;
  /** For screen readers: what was done last. */
  readonly told: string;
  /** Steps of each conversation in this window, oldest first. */
  readonly done: Readonly<Record<ConversationId, readonly Done[]>>;
}

export const useReview = create<ReviewStore>()(() => ({ actions: null, busy: false, told: "", done: {} }));

/** Steps that can be taken back. */
const maxDone = 500;

/** Marks hunks as accepted, or not any more. Resolves with false when it failed or something else was under way. */
export function markHunks(id: ConversationId, accepted: boolean, hunks: readonly string[]): Promise<boolean> {
  return work(id, async () => {
    await call("changes.mark", { id, accepted, hunks: [...hunks] });
    return {
      done: { kind: "mark", accepted, hunks },
      told: `${accepted ? "Accepted" : "Not accepted any more"}: ${countOf(hunks.length)}`,
    };
  });
}

/** Takes hunks back on disk. A refusal because of later changes is a notice that names the lines. */
export function rejectHunks(id: ConversationId, request: RejectRequest): Promise<boolean> {
  return work(id, async () => {
    const { callId, hunks, files } = await call("changes.reject", { id, ...request });
    const where = files === 1 ? "" : ` in ${files} files`;
    return { done: { kind: "reject", callId, hunks }, told: `Rejected: ${countOf(hunks)}${where}` };
  });
}

/** Takes the last step back that was made in this window. */
export function undoReviewStep(id: ConversationId): Promise<boolean> {
  const last = useReview.getState().done[id]?.at(-1);
  if (last === undefined) return Promise.resolve(false);
  return work(id, async () => {
    if (last.kind === "mark") await call("changes.mark", { id, accepted: !last.accepted, hunks: [...last.hunks] });
    else await call("changes.undo", { id, scope: { kind: "call", id: last.callId }, redo: false, force: false });
    useReview.setState(({ done }) => ({ done: { ...done, [id]: (done[id] ?? []).slice(0, -1) } }));
    return { done: null, told: last.kind === "mark" ? `Undone: ${countOf(last.hunks.length)}` : `Brought back: ${countOf(last.hunks)}` };
  });
}

async function work(id: ConversationId, action: () => Promise<{ readonly done: Done | null; readonly told: string }>): Promise<boolean> {
  if (useReview.getState().busy) return false;
  useReview.setState({ busy: true });
  try {
    const { done, told } = await action();
    useReview.setState((before) => ({
      told,
      done: done === null ? before.done : { ...before.done, [id]: [...(before.done[id] ?? []).slice(1 - maxDone), done] },
    }));
    return true;
  } catch (error) {
    reportError(error);
    return false;
  } finally {
    useReview.setState({ busy: false });
  }
}

function countOf(hunks: number): string {
  return hunks === 1 ? "1 hunk" : `${hunks} hunks`;
}
