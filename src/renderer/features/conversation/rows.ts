import type { CallId } from "../../../protocol/ids.ts";
import type { CallStep, Step } from "../../state/conversation-view.ts";

/** Several reading calls in a row, shown as one line. */
export interface CallGroup {
  readonly kind: "calls";
  readonly key: string;
  readonly steps: readonly CallStep[];
}

export type Row = Step | CallGroup;

/** Tools that only look: many of them in a row say little each. */
const reading: ReadonlySet<string> = new Set(["readFile", "listDir", "grepFiles"]);

/**
 * The rows of a conversation: its steps, with three or more finished reading calls in a row as one group. Failed and
 * open calls stay single. Steps that another row tells are left out, and so are `queued` messages: they wait above the composer.
 */
export function rowsOf(steps: readonly Step[], queued: readonly Step[] = []): readonly Row[] {
  const rows: Row[] = [];
  let run: CallStep[] = [];
  const flush = () => {
    const [first] = run;
    if (run.length >= 3 && first !== undefined) rows.push({ kind: "calls", key: `g:${first.key}`, steps: run });
    else rows.push(...run);
    run = [];
  };
  for (const [index, step] of steps.entries()) {
    if (isTold(step, steps[index + 1]) || queued.includes(step)) continue;
    if (step.kind === "call" && step.call.status === "done" && reading.has(step.call.tool)) {
      run.push(step);
      continue;
    }
    flush();
    rows.push(step);
  }
  flush();
  return rows;
}

/** The row that shows a call: its script's card, the card of its patch, or a row of its own. */
export function holdsCall(row: Row, callId: CallId): boolean {
  if (row.kind === "script") return callId === row.callId || callId.startsWith(`${row.callId}.`);
  if (row.kind === "calls") return row.steps.some(({ call }) => call.callId === callId);
  if (row.kind === "call") return row.call.callId === callId;
  return row.kind === "patch" && row.callId === callId && !callId.includes(".");
}

/** Steps that another row already tells: a patch call (also one in a command) by its card, a task of a script by its lane. */
function isTold(step: Step, next: Step | undefined): boolean {
  if (step.kind === "task") return step.callId?.includes(".") ?? false;
  return (
    step.kind === "call" &&
    (step.call.tool === "applyPatch" || step.call.label?.kind === "patch") &&
    step.call.error === null &&
    next?.kind === "patch" &&
    next.callId === step.call.callId
  );
}

/** `Explored 9 files, 2 searches`. */
export function groupTitle(group: CallGroup): string {
  const counts = { readFile: 0, listDir: 0, grepFiles: 0 };
  for (const { call } of group.steps)
    if (call.tool === "readFile" || call.tool === "listDir" || call.tool === "grepFiles") counts[call.tool]++;
  const part = (count: number, one: string, many: string) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]);
  return `Explored ${[...part(counts.readFile, "file", "files"), ...part(counts.listDir, "folder", "folders"), ...part(counts.grepFiles, "search", "searches")].join(", ")}`;
}
