import type { ConversationView } from "../../state/conversation-view.ts";

/** The last plan of a conversation. */
export interface Plan {
  /** What the model said last in its turn; empty while it looks around first. */
  readonly text: string;
  /** More of it may come. */
  readonly running: boolean;
  /** Prompts that began a turn since then. */
  readonly turnsSince: number;
  readonly time: number;
}

/**
 * The engine keeps no list of steps: a plan is what a model answers in mode `plan`, where nothing is written or run. Gives the
 * last answer of the newest such turn that has one; a turn that runs is preferred before it has said anything. Null: there is none.
 */
export function latestPlan({ turns, steps }: Pick<ConversationView, "turns" | "steps">): Plan | null {
  for (let at = turns.length - 1; at >= 0; at--) {
    const turn = turns[at];
    if (turn?.approval !== "plan") continue;
    const running = turn.status === "running";
    const said = steps.findLast((step) => step.turnId === turn.turnId && step.kind === "text" && step.text.trim() !== "");
    if (said?.kind !== "text" && !running) continue;
    return { text: said?.kind === "text" ? said.text : "", running, turnsSince: turns.length - 1 - at, time: said?.time ?? turn.startedAt };
  }
  return null;
}
