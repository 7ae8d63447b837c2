import { type CallView, type ConversationView, runningTurn } from "../../state/conversation-view.ts";

/** What the agent does right now, for the last row of the thread. */
export interface Activity {
  /** For example `Running`. */
  readonly verb: string;
  /** For example `npm test`; may be empty. */
  readonly subject: string;
  readonly since: number;
  /** More calls that are open at the same time. */
  readonly others: number;
}

/** Null when nothing runs, or when what runs is seen anyway: text that grows, a call with a row of its own. */
export function activityOf(view: ConversationView): Activity | null {
  const turn = runningTurn(view);
  if (turn === null) return null;
  const [approval] = view.approvals;
  if (approval !== undefined)
    return { verb: "Waiting for your answer", subject: "", since: approval.askedAt, others: view.approvals.length - 1 };
  const last = view.steps.at(-1);
  if (last?.kind === "retry" && last.pending) return null;
  const step = view.steps.findLast((each) => each.kind === "script" || each.kind === "call");
  if (step?.turnId === turn.turnId && step.kind === "script" && step.finishedAt === null) {
    if (step.status === "writing") return { verb: "Writing a script", subject: "", since: step.startedAt, others: 0 };
    const open = step.calls.filter((call) => call.finishedAt === null);
    const first = open.toSorted((a, b) => rank(b) - rank(a) || a.startedAt - b.startedAt)[0];
    if (first !== undefined) return { ...callActivity(first), others: open.length - 1 };
    return { verb: "Running the script", subject: "", since: step.startedAt, others: 0 };
  }
  // An open call of its own is a row that ticks already.
  if (step?.turnId === turn.turnId && step.kind === "call" && step.call.finishedAt === null) return null;
  if (turn.waiting) return { verb: "Waiting for the model", subject: "", since: sinceOf(view, turn.startedAt), others: 0 };
  if ((last?.kind === "text" || last?.kind === "reasoning") && last.streaming) return null;
  return { verb: "Working", subject: "", since: sinceOf(view, turn.startedAt), others: 0 };
}

/** Slow calls are told before quick ones. */
function rank(call: CallView): number {
  return call.tool === "exec" ? 2 : call.tool === "applyPatch" ? 1 : 0;
}

function callActivity(call: CallView): Omit<Activity, "others"> {
  if (call.status === "writing") return { verb: `Writing ${call.tool}`, subject: "", since: call.startedAt };
  return { verb: verbOf(call.tool), subject: call.subject, since: call.startedAt };
}

/** `Running` for exec, `Reading` for readFile, … */
export function verbOf(tool: string): string {
  switch (tool) {
    case "exec":
      return "Running";
    case "readFile":
      return "Reading";
    case "listDir":
      return "Listing";
    case "grepFiles":
      return "Searching";
    case "applyPatch":
      return "Patching";
    case "spawn":
      return "Starting";
    default:
      return `Calling ${tool}`;
  }
}

function sinceOf(view: ConversationView, fallback: number): number {
  const last = view.steps.at(-1);
  if (last === undefined) return fallback;
  if (last.kind === "script") return last.finishedAt ?? last.time;
  if (last.kind === "call") return last.call.finishedAt ?? last.time;
  return last.time;
}
