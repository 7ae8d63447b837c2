import { assertNever } from "../../../protocol/error.ts";
import type { CallId, TurnId } from "../../../protocol/ids.ts";
import type { TakenBack } from "../../../protocol/review.ts";
import { isInScope, type UndoScope } from "../../../protocol/undo.ts";
import type { PatchPart } from "./merge-patches.ts";

/** Which patches the review folds; `tree` is the working tree against the last commit, whoever changed it. */
export type ReviewScope = "conversation" | "turn" | "script" | "patch" | "tree";

interface ScopedPatch extends PatchPart {
  readonly turnId: TurnId | null;
  readonly undone: boolean;
  readonly takenBack?: TakenBack | null;
}

export interface ScopeChoice {
  readonly value: ReviewScope;
  readonly label: string;
}

/** The scopes that make sense: one patch only when one was asked for, and no choice that would show the same. */
export function scopeChoices(patches: readonly ScopedPatch[], callId: CallId | null): readonly ScopeChoice[] {
  const turns = new Set(patches.map((patch) => patch.turnId));
  const whole: ScopeChoice = { value: "conversation", label: "Whole conversation" };
  const turn: ScopeChoice = { value: "turn", label: callId === null ? "Last turn with changes" : "Turn of this patch" };
  const patch: ScopeChoice = { value: "patch", label: "This patch" };
  const script: ScopeChoice = { value: "script", label: callId === null ? "Last script with changes" : "Script of this patch" };
  const scriptId = scriptOf(patches, callId);
  const ofScript = scriptId === null ? 0 : patches.filter((each) => isOfScript(each, scriptId)).length;
  // A script with this one patch, or with all there is, would show the same as another choice.
  const hasScript = ofScript > (callId === null ? 0 : 1) && ofScript < patches.length;
  return [whole, ...(turns.size > 1 || callId !== null ? [turn] : []), ...(hasScript ? [script] : []), ...(callId === null ? [] : [patch])];
}

/** The script whose patch was asked for, or the one with the newest patch that stands; null when that is none of a script. */
function scriptOf(patches: readonly ScopedPatch[], callId: CallId | null): CallId | null {
  const patch = callId === null ? lastTurnPatch(patches) : patches.find((each) => each.callId === callId);
  return patch === undefined || !patch.callId.includes(".") ? null : patch.callId.slice(0, patch.callId.lastIndexOf("."));
}

function isOfScript(patch: ScopedPatch, scriptId: CallId): boolean {
  return isInScope(patch, { kind: "script", id: scriptId });
}

/** What an undo of the reviewed patches is about. */
export function undoScopeOf(patches: readonly ScopedPatch[], scope: ReviewScope, callId: CallId | null): UndoScope {
  const asked = patches.find((patch) => patch.callId === callId);
  if (scope === "patch" && asked !== undefined) return { kind: "call", id: asked.callId };
  const scriptId = scriptOf(patches, callId);
  if (scope === "script" && scriptId !== null) return { kind: "script", id: scriptId };
  const turnId = (asked ?? lastTurnPatch(patches))?.turnId ?? null;
  return scope === "turn" && turnId !== null ? { kind: "turn", id: turnId } : { kind: "conversation" };
}

/** What commands changed in a scope; one patch alone has none. */
export function commandsInScope<C extends { readonly turnId: TurnId; readonly callIds: readonly CallId[] }>(
  patches: readonly ScopedPatch[],
  changes: readonly C[],
  scope: ReviewScope,
  callId: CallId | null,
): readonly C[] {
  if (scope === "conversation") return changes;
  if (scope === "patch" || scope === "tree") return [];
  const scriptId = scriptOf(patches, callId);
  if (scope === "script") {
    const isOurs = ({ turnId, callIds }: C): boolean =>
      scriptId !== null && callIds.some((id) => isInScope({ turnId, callId: id }, { kind: "script", id: scriptId }));
    return changes.filter(isOurs);
  }
  const asked = patches.find((patch) => patch.callId === callId);
  const turnId = (asked ?? lastTurnPatch(patches))?.turnId ?? null;
  return changes.filter((change) => change.turnId === turnId);
}

/** The patch of a call, and what the person took back of it. */
function isOfCall(patch: ScopedPatch, callId: CallId): boolean {
  return patch.callId === callId || (!patch.undone && patch.takenBack?.calls.includes(callId) === true);
}

/** The newest patch that stands, or the newest of all when everything is undone. */
function lastTurnPatch<P extends ScopedPatch>(patches: readonly P[]): P | undefined {
  return patches.findLast((patch) => !patch.undone) ?? patches.at(-1);
}

/** The patches of a scope that stand; one patch that was asked for is shown undone as well. `callId` names the patch that was asked for; a turn without it is the last one with patches. */
export function patchesInScope<P extends ScopedPatch>(patches: readonly P[], scope: ReviewScope, callId: CallId | null): readonly P[] {
  const asked = patches.find((patch) => patch.callId === callId);
  switch (scope) {
    case "conversation":
      return patches.filter((patch) => !patch.undone);
    case "tree":
      return [];
    case "patch":
      return asked === undefined ? patches.filter((patch) => !patch.undone) : patches.filter((patch) => isOfCall(patch, asked.callId));
    case "script": {
      const scriptId = scriptOf(patches, callId);
      return scriptId === null ? [] : patches.filter((patch) => isOfScript(patch, scriptId) && !patch.undone);
    }
    case "turn": {
      const turnId = (asked ?? lastTurnPatch(patches))?.turnId ?? null;
      return patches.filter((patch) => patch.turnId === turnId && !patch.undone);
    }
    default:
      return assertNever(scope);
  }
}
