import { create } from "zustand";
import type { ApprovalAnswer, ApprovalRequest, AskedOperation, PatchPart } from "../../../protocol/approval.ts";

/** Parts of patches that are not to be applied, by the hash of the question: what a key answers must be what the boxes say. */
export const useLeftOut = create<{ readonly byHash: Readonly<Record<string, ReadonlySet<string>>> }>()(() => ({ byHash: {} }));

const none: ReadonlySet<string> = new Set();
/** Questions whose boxes are remembered. */
const kept = 100;

/** Names a part: `2` is an operation, `2.0` its first chunk. */
export function partKey({ operation, chunk }: PatchPart): string {
  return chunk === null ? String(operation) : `${operation}.${chunk}`;
}

export function leftOutOf(byHash: Readonly<Record<string, ReadonlySet<string>>>, hash: string): ReadonlySet<string> {
  return byHash[hash] ?? none;
}

export function toggleLeftOut(hash: string, part: PatchPart): void {
  useLeftOut.setState(({ byHash }) => {
    const before = leftOutOf(byHash, hash);
    const key = partKey(part);
    const next = new Set(before.has(key) ? [...before].filter((each) => each !== key) : [...before, key]);
    const rest = Object.entries(byHash).filter(([other]) => other !== hash);
    return { byHash: Object.fromEntries([...rest.slice(1 - kept), [hash, next]]) };
  });
}

/** The parts of a patch as its boxes count them: chunks of updates, and whole files else. */
export function partsOf(operations: readonly AskedOperation[]): readonly PatchPart[] {
  return operations.flatMap((operation, index): PatchPart[] =>
    operation.type === "update" && operation.chunks.length > 0
      ? operation.chunks.map((_, chunk) => ({ operation: index, chunk }))
      : [{ operation: index, chunk: null }],
  );
}

/** What is applied and what is not, of the patch of a question. A file that is left out takes its chunks along. */
export function choiceOf({ patch, hash }: ApprovalRequest): { readonly parts: number; readonly leaveOut: readonly PatchPart[] } {
  const leftOut = leftOutOf(useLeftOut.getState().byHash, hash);
  const parts = partsOf(patch ?? []);
  const leaveOut = parts.flatMap((part): PatchPart[] => {
    if (leftOut.has(String(part.operation))) return [{ operation: part.operation, chunk: null }];
    return leftOut.has(partKey(part)) ? [part] : [];
  });
  return { parts: parts.length, leaveOut };
}

/** The yes for this once, without what the boxes leave out; null when they leave nothing. */
export function onceAnswer(request: ApprovalRequest): ApprovalAnswer | null {
  const { parts, leaveOut } = choiceOf(request);
  if (leaveOut.length === 0) return { decision: "allow", scope: "once" };
  return leaveOut.length === parts ? null : { decision: "allow", scope: "once", leaveOut: [...leaveOut] };
}
