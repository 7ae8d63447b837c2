import { assertNever } from "../../../protocol/error.ts";
import type { CallId, TurnId } from "../../../protocol/ids.ts";
import type { PatchPart } from "./merge-patches.ts";

/** Which patches the review folds. Hunk decisions, the working tree and scripts of their own come later as further scopes. */
export type ReviewScope = "conversation" | "turn" | "patch";

interface ScopedPatch extends PatchPart {
  readonly turnId: TurnId | null;
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
  return [whole, ...(turns.size > 1 || callId !== null ? [turn] : []), ...(callId === null ? [] : [patch])];
}

/** The patches of a scope. `callId` names the patch that was asked for; a turn without it is the last one with patches. */
export function patchesInScope<P extends ScopedPatch>(patches: readonly P[], scope: ReviewScope, callId: CallId | null): readonly P[] {
  const asked = patches.find((patch) => patch.callId === callId);
  switch (scope) {
    case "conversation":
      return patches;
    case "patch":
      return asked === undefined ? patches : patches.filter((patch) => patch.callId === callId);
    case "turn": {
      const turnId = (asked ?? patches.at(-1))?.turnId ?? null;
      return patches.filter((patch) => patch.turnId === turnId);
    }
    default:
      return assertNever(scope);
  }
}
