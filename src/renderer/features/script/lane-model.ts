import type { CallStatus, CallView } from "../../state/conversation-view.ts";

/** One row of the time line: a call, or several alike that were folded into one. */
export interface Lane {
  readonly key: string;
  readonly tool: string;
  readonly subject: string;
  readonly status: CallStatus;
  /** ms since the script started. */
  readonly start: number;
  /** ms since the script started; null while it runs. */
  readonly end: number | null;
  /** A few words behind or before the bar: `7 files`, `×5`. */
  readonly note: string;
  /** Right column: `118 ms`, `exit 1`, `denied`. Empty while it runs (the view ticks). */
  readonly outcome: string;
  readonly line: number | null;
  /** More than one for the row of a group. */
  readonly calls: readonly CallView[];
  /** Whether the calls of a group follow as rows of their own; null for a single call. */
  readonly open: boolean | null;
}

/** Calls of one tool from one line that stay single before the rest are folded. */
const singles = 2;
/** A group is folded when it has at least this many more. */
const foldFrom = 2;

/**
 * The rows for a script's calls in order of their start. Calls of the same tool from the same line are folded after the
 * first two (`5 more files`), except those that failed or wait for a person: those are what one looks for.
 * `unfolded` names groups a person opened, by the keys of their rows: their row stays, so that it can fold them again.
 */
export function lanesOf(
  calls: readonly CallView[],
  origin: number,
  unfolded: ReadonlySet<string>,
  duration: (ms: number) => string,
): readonly Lane[] {
  const groups = new Map<string, CallView[]>();
  for (const call of calls) {
    if (!isQuiet(call)) continue;
    const key = groupKey(call);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  const lanes: Lane[] = [];
  const seen = new Map<string, number>();
  for (const call of calls) {
    const key = groupKey(call);
    const group = groups.get(key) ?? [];
    if (!isQuiet(call) || group.length < singles + foldFrom) {
      lanes.push(single(call, origin, duration));
      continue;
    }
    const index = seen.get(key) ?? 0;
    seen.set(key, index + 1);
    const open = unfolded.has(groupId(key));
    if (index === singles) lanes.push({ ...folded(key, group.slice(singles), origin, duration), open });
    if (index < singles || open) lanes.push(single(call, origin, duration));
  }
  return lanes;
}

/** True when both rows are drawn alike: every event of a script makes all of them anew. */
export function sameLane(a: Lane, b: Lane): boolean {
  return (
    a.subject === b.subject &&
    a.status === b.status &&
    a.start === b.start &&
    a.end === b.end &&
    a.note === b.note &&
    a.outcome === b.outcome &&
    a.open === b.open &&
    // What can be done with a single call (moved to the background) hangs on the call itself.
    (a.calls.length > 1 ? a.calls.length === b.calls.length : a.calls[0] === b.calls[0])
  );
}

const axisSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000,
];

/** Marks of the axis: at most five, at round steps of ms. */
export function axisMarks(total: number): readonly number[] {
  const step = axisSteps.find((each) => total / each <= 4.5) ?? Math.ceil(total / 4 / 3_600_000) * 3_600_000;
  const marks: number[] = [];
  for (let mark = 0; mark <= total * 0.96; mark += step) marks.push(mark);
  return marks;
}

/** `0`, `50 ms`, `0.5 s`, `2 min`. */
export function formatMark(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 100) return `${ms} ms`;
  if (ms < 60_000) return `${ms / 1000} s`;
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 60_000} min`;
}

function isQuiet(call: CallView): boolean {
  return call.status === "done" || call.status === "running" || call.status === "cancelled";
}

function groupKey(call: CallView): string {
  return `${call.tool}@${call.line ?? "?"}`;
}

function groupId(key: string): string {
  return `group:${key}`;
}

function single(call: CallView, origin: number, duration: (ms: number) => string): Lane {
  return {
    key: call.callId,
    tool: call.tool,
    subject: call.label?.subject ?? call.subject,
    status: call.status,
    start: call.startedAt - origin,
    end: call.finishedAt === null ? null : Math.max(call.finishedAt, call.startedAt + (call.durationMs ?? 0)) - origin,
    note: noteOf(call),
    outcome: outcomeOf(call, duration),
    line: call.line,
    calls: [call],
    open: null,
  };
}

/** What a command changed says more than that it ended well. */
function noteOf(call: CallView): string {
  const changed = call.changed?.fileCount ?? 0;
  if (changed > 0) return `${changed} ${changed === 1 ? "file" : "files"} changed`;
  return call.status === "done" && call.tool !== "readFile" ? call.summary : "";
}

function folded(key: string, calls: readonly CallView[], origin: number, duration: (ms: number) => string): Lane {
  const start = Math.min(...minMax(calls, (call) => call.startedAt)) - origin;
  const open = calls.filter((call) => call.finishedAt === null).length;
  const end = open > 0 ? null : Math.max(...minMax(calls, (call) => call.finishedAt ?? call.startedAt)) - origin;
  return {
    key: groupId(key),
    tool: calls[0]?.tool ?? "",
    subject: `${calls.length} more ${noun(calls[0]?.tool ?? "")}`,
    status: open > 0 ? "running" : calls.some((call) => call.status === "cancelled") ? "cancelled" : "done",
    start,
    end,
    note: open > 0 ? `${calls.length - open} of ${calls.length}` : `×${calls.length}`,
    outcome: end === null ? "" : duration(end - start),
    line: calls[0]?.line ?? null,
    calls,
    open: false,
  };
}

function outcomeOf(call: CallView, duration: (ms: number) => string): string {
  if (call.status === "detached") return "detached";
  if (call.status === "asking") return "waits for you";
  if (call.finishedAt === null) return "";
  if (call.exitCode !== null && call.exitCode !== 0) return `exit ${call.exitCode}`;
  if (call.status === "cancelled") return "cancelled";
  if (call.error !== null) return call.error.code.replaceAll("_", " ");
  return duration(call.durationMs ?? 0);
}

function noun(tool: string): string {
  switch (tool) {
    case "readFile":
      return "files";
    case "listDir":
      return "folders";
    case "grepFiles":
      return "searches";
    case "exec":
      return "commands";
    case "applyPatch":
      return "patches";
    case "spawn":
      return "tasks";
    default:
      return "calls";
  }
}

/** Least and greatest without spreading thousands of arguments. */
function minMax(calls: readonly CallView[], read: (call: CallView) => number): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const call of calls) {
    const value = read(call);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}
