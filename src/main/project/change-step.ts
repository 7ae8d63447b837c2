import path from "node:path";
import type { Anchor } from "./anchor.ts";
import type { FileChange, KnownState } from "./change-files.ts";
import { identityIn, stampAt } from "./file-state.ts";
import { type Placed, type StagedWrite, stageWrite } from "./staged-write.ts";
import { identityAt, putLink, takeOut, TouchedEntry } from "./swap-entry.ts";

/** One change on its way. */
export interface ChangeStep {
  readonly change: FileChange;
  /** Of the new content, or of what is being removed; null when a link is made where nothing is. */
  readonly tempName: string | null;
  staged: StagedWrite | undefined;
  /** Set when the change is in its place. */
  placed: Placed | undefined;
}

/** Writes the new content beside its place. Throws `TouchedEntry` when the place is not as it was read. */
export async function stageStep(step: ChangeStep, anchor: Anchor): Promise<void> {
  const { after, before, stamp } = step.change;
  const name = path.basename(step.change.path);
  if ((await stampAt(anchor.at(name))) !== stamp) throw new TouchedEntry();
  if (after?.type !== "file" || step.tempName === null) return;
  step.staged = await stageWrite(anchor, {
    name,
    tempName: step.tempName,
    bytes: after.bytes,
    newMode: after.newMode,
    addMode: after.addMode,
    exactMode: after.exactMode,
    overLink: before?.type === "link",
  });
}

/** Puts the change in its place; `onReached` is called as soon as something there is changed. Throws as `stageStep`. */
export async function commitStep(step: ChangeStep, anchor: Anchor, onReached: () => void): Promise<void> {
  const { before, after, stamp } = step.change;
  const place = anchor.at(path.basename(step.change.path));
  if (step.staged !== undefined) {
    step.placed = await step.staged.commit(anchor, stamp);
    return onReached();
  }
  let displaced: Placed["displaced"] = null;
  if (before !== null && step.tempName !== null) {
    displaced = takeOut(place, anchor.at(step.tempName), stamp);
    step.placed = { identity: identityAt(place), displaced };
    onReached();
  }
  if (after?.type !== "link") return;
  putLink(after.target, place);
  step.placed = { identity: identityAt(place), displaced };
  if (before === null) onReached();
}

/** Throws `TouchedEntry` when somebody wrote into the file that was replaced or removed; else it is let go. */
export function assertNotWritten(step: ChangeStep): void {
  const { placed } = step;
  if (placed?.displaced === null || placed?.displaced === undefined) return;
  if (placed.displaced.wasWritten()) throw new TouchedEntry();
  placed.displaced.close();
  step.placed = { identity: placed.identity, displaced: null };
}

/**
 * Makes the place as it was before the step, with what somebody wrote into the old file since. False when the place no longer
 * holds what the step put there: then it stays as it is.
 */
export async function putBackStep({ change, placed }: ChangeStep, anchor: Anchor): Promise<boolean> {
  const name = path.basename(change.path);
  if (placed === undefined) return true;
  const before: KnownState | null =
    change.before?.type === "file" && placed.displaced?.wasWritten() === true
      ? { ...change.before, bytes: placed.displaced.content() }
      : change.before;
  return restoreState(anchor, name, before, placed.identity);
}

/**
 * Makes a place as it was: content, mode, link or nothing. False, and nothing done, when it does not hold `expected`
 * (`identityOf`).
 */
export async function restoreState(anchor: Anchor, name: string, state: KnownState | null, expected: string): Promise<boolean> {
  const place = anchor.at(name);
  if (identityAt(place) !== expected) return false;
  const tempName = `.spindle-restore-${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`;
  try {
    if (state?.type === "file") {
      const staged = await stageWrite(anchor, { name, tempName, bytes: state.bytes, exactMode: state.mode, overLink: true });
      try {
        await staged.sync();
        const stamp = await expectedStamp(place, expected);
        (await staged.commit(anchor, stamp)).displaced?.close();
      } finally {
        await staged.discard(anchor);
      }
      return true;
    }
    const stamp = await expectedStamp(place, expected);
    if (stamp !== NOTHING) takeOut(place, anchor.at(tempName), stamp)?.close();
    if (state?.type === "link") putLink(state.target, place);
    return true;
  } catch (error) {
    if (error instanceof TouchedEntry) return false;
    throw error;
  }
}

async function expectedStamp(place: string, expected: string): Promise<string> {
  const stamp = await stampAt(place);
  if (identityIn(stamp) !== expected) throw new TouchedEntry();
  return stamp;
}

const NOTHING = "none";
