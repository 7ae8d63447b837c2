import { z } from "zod";
import type { CallId, TurnId } from "./ids.ts";

const id = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/);

/** What is undone or redone as one: the patches of a call, of all calls of a script, of a turn, of the whole conversation. */
export const undoScopeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("call"), id }),
  z.strictObject({ kind: z.literal("script"), id }),
  z.strictObject({ kind: z.literal("turn"), id }),
  z.strictObject({ kind: z.literal("conversation") }),
]);
export type UndoScope = z.infer<typeof undoScopeSchema>;

/** A file that changed since, in the details of `undo_conflict`: `conflicts`. */
export interface UndoConflict {
  /** Relative to the project, or absolute when outside. */
  readonly path: string;
  /** Completes the sentence "<path> …": `was changed`, `was deleted`. */
  readonly what: string;
  /** First and last line of each changed place, 1-based, as the file is now; empty when lines cannot be told. */
  readonly lines: readonly (readonly [from: number, to: number])[];
  /** What stands at those places now and would be replaced, a few lines at most, each cut when it is long. */
  readonly now: readonly { readonly line: number; readonly text: string }[];
}

/** What was undone or redone. */
export interface UndoResult {
  readonly callIds: readonly CallId[];
  /** Files on disk that changed. */
  readonly files: number;
  readonly added: number;
  readonly removed: number;
}

/** True when a patch belongs to a scope: the one place that says so. A patch of a background task belongs to no turn. */
export function isInScope(patch: { readonly callId: CallId; readonly turnId: TurnId | null }, scope: UndoScope): boolean {
  switch (scope.kind) {
    case "conversation":
      return true;
    case "turn":
      return patch.turnId === scope.id;
    case "script":
      return patch.callId.startsWith(`${scope.id}.`);
    case "call":
      return patch.callId === scope.id;
  }
}

/** For people: `call c3`, `script c3`, `turn t1`, `the conversation`. */
export function scopeName(scope: UndoScope): string {
  return scope.kind === "conversation" ? "the conversation" : `${scope.kind} ${scope.id}`;
}
