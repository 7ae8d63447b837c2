import { create } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { ConversationId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { isInScope, type UndoConflict, type UndoScope } from "../../protocol/undo.ts";
import { ApiError, call } from "../lib/api.ts";
import { useConversation } from "./conversation.ts";
import { type ConversationView, type PatchStep, runningTurn } from "./conversation-view.ts";
import { reportError } from "./notices.ts";

/** An undo (or redo) that was refused because files changed since: waits for the person. */
export interface RefusedUndo {
  readonly scope: UndoScope;
  readonly redo: boolean;
  readonly conversationId: ConversationId;
  readonly message: string;
  readonly hint: string;
  readonly conflicts: readonly UndoConflict[];
  /** False when even force could not do it (a folder stands in the way). */
  readonly canForce: boolean;
}

export interface UndoStore {
  /** True while main works on one; one at a time. */
  readonly busy: boolean;
  readonly refused: RefusedUndo | null;
  /** For screen readers: what was done last. */
  readonly told: string;
}

export const useUndo = create<UndoStore>()(() => ({ busy: false, refused: null, told: "" }));

/** What the patches of a scope come to. `none`: there are no patches. */
export interface ScopeChanges {
  readonly state: "none" | "standing" | "undone";
  readonly patches: number;
  /** Files of the patches that stand, or when none does, of the undone ones. */
  readonly files: number;
  readonly added: number;
  readonly removed: number;
}

/** The changes of a scope as the shown conversation has them. */
export function useScopeChanges(kind: UndoScope["kind"], id: string): ScopeChanges {
  return useConversation(useShallow((state) => scopeChanges(state.view.patches, scopeOf(kind, id))));
}

export function scopeOf(kind: UndoScope["kind"], id: string): UndoScope {
  return kind === "conversation" ? { kind } : { kind, id };
}

export function scopeChanges(patches: readonly PatchStep[], scope: UndoScope): ScopeChanges {
  const own = patches.filter((patch) => isInScope(patch, scope));
  const standing = own.filter((patch) => !patch.undone);
  const counted = standing.length > 0 ? standing : own;
  return {
    state: own.length === 0 ? "none" : standing.length > 0 ? "standing" : "undone",
    patches: own.length,
    files: new Set(counted.flatMap((patch) => patch.files.map((file) => file.path))).size,
    added: counted.reduce((sum, patch) => sum + patch.added, 0),
    removed: counted.reduce((sum, patch) => sum + patch.removed, 0),
  };
}

/** True when the turn has ended and this is its only patch: the undo at the end of the turn is that of the patch. */
export function isOnlyOfTurn(view: ConversationView, { callId, turnId }: Pick<PatchStep, "callId" | "turnId">): boolean {
  if (turnId === null || runningTurn(view)?.turnId === turnId) return false;
  return view.patches.every((patch) => patch.turnId !== turnId || patch.callId === callId);
}

/** Undoes or redoes a scope of the shown conversation. A refusal because of later changes waits in `refused`; other failures are notices. */
export async function revert(scope: UndoScope, redo: boolean): Promise<void> {
  const { id } = useConversation.getState();
  if (id !== null) await revertIn(id, scope, redo, false);
}

/** Does what was refused all the same, in the conversation where it was refused: ids of turns and calls repeat in every conversation. */
export async function forceRefusedUndo(refused: RefusedUndo): Promise<void> {
  await revertIn(refused.conversationId, refused.scope, refused.redo, true);
}

async function revertIn(id: ConversationId, scope: UndoScope, redo: boolean, force: boolean): Promise<void> {
  if (useUndo.getState().busy) return;
  useUndo.setState({ busy: true, refused: null });
  try {
    const { files } = await call("changes.undo", { id, scope, redo, force });
    useUndo.setState({ told: `${redo ? "Redone" : "Undone"}: ${files} ${files === 1 ? "file" : "files"}` });
  } catch (error) {
    // Another conversation may be shown by now: a question about files it does not have would be misread.
    const shown = useConversation.getState().id === id;
    if (shown && error instanceof ApiError && error.code === "undo_conflict")
      useUndo.setState({
        refused: {
          scope,
          redo,
          conversationId: id,
          message: error.message,
          hint: error.hint ?? "",
          conflicts: conflictsOf(error.details?.["conflicts"]),
          canForce: error.details?.["canForce"] === true,
        },
      });
    else reportError(error);
  } finally {
    useUndo.setState({ busy: false });
  }
}

/** Takes the question back when another conversation is shown; returns the function that stops. */
export function followUndo(): () => void {
  return useConversation.subscribe((state, before) => {
    if (state.id !== before.id) dismissRefusedUndo();
  });
}

/** Undoes the newest turn with changes that stand, or redoes the newest undone one; nothing while a turn runs. */
export function revertLastTurn(redo: boolean): void {
  const { view } = useConversation.getState();
  if (runningTurn(view) !== null) return;
  const last = view.patches.findLast((patch) => patch.undone === redo && patch.turnId !== null);
  if (last?.turnId !== undefined && last.turnId !== null) void revert({ kind: "turn", id: last.turnId }, redo);
}

export function dismissRefusedUndo(): void {
  useUndo.setState({ refused: null });
}

function conflictsOf(value: Json | undefined): readonly UndoConflict[] {
  // Main made it (`revert-conflict.ts`); what crosses IPC as details is plain JSON.
  return Array.isArray(value) ? (value as unknown as readonly UndoConflict[]) : [];
}
