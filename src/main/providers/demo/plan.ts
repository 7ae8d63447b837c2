import { assertNever } from "../../../protocol/error.ts";
import { readConversation, type DemoConversation } from "./conversation.ts";
import { planCreate, planReplace } from "./edit-flow.ts";
import { planFix } from "./fix-flow.ts";
import { readIntent } from "./intent.ts";
import { reportText } from "./report.ts";
import { planAsk, planRun, planTest } from "./run-flow.ts";
import { planSearch } from "./search-flow.ts";
import { planAside, planOther, planSurvey } from "./survey-flow.ts";
import { taskNews } from "./task-news.ts";
import type { ModelMessage } from "../provider.ts";

/** What the Demo does next: says something, and runs a script when there is more to find out or to do. */
export interface Plan {
  readonly say: string;
  readonly script?: string;
}

/** The Demo's whole mind: the messages of a request -> its next move. Pure; the same messages always give the same plan. */
export function planNext(messages: readonly ModelMessage[]): Plan {
  const conversation = readConversation(messages);
  if (conversation.woken) return { say: taskNews(conversation.tasks) };
  const plan = planAll(conversation);
  if (plan.script !== undefined || conversation.tasks.length === 0) return plan;
  return { say: `${plan.say}\n\n${taskNews(conversation.tasks)}` };
}

/**
 * One prompt after the other, each with the scripts of its own flow. A turn ends with the first answer without a
 * script, so answers that became due together are given together.
 */
function planAll(conversation: DemoConversation): Plan {
  const due: string[] = [];
  let current: DemoConversation = conversation;
  let aside = false;
  for (const next of conversation.later) {
    const used = stepsUsed(current, aside);
    // Its flow goes on: what came later waits.
    if (used === null) break;
    // Steps behind its last one belong to what came later: its answer was given together with the first of them.
    if (used === current.steps.length) due.push(planFor(current, aside).say);
    const { steps, earlier } = current;
    current = { ...current, ...next, earlier: [...earlier, ...steps.slice(0, used)], steps: steps.slice(used) };
    aside = true;
  }
  const plan = planFor(current, aside);
  return { ...plan, say: [...due, plan.say].join("\n\n") };
}

/** How many steps a prompt's flow takes until it answers; null while it has more to do. */
function stepsUsed(conversation: DemoConversation, aside: boolean): number | null {
  const counts = Array.from({ length: conversation.steps.length + 1 }, (_, count) => count);
  const steps = (count: number): DemoConversation => ({ ...conversation, steps: conversation.steps.slice(0, count) });
  return counts.find((count) => planFor(steps(count), aside).script === undefined) ?? null;
}

/** `aside`: the words came during other work, so that free text gets one sentence and no survey of the project. */
function planFor(conversation: DemoConversation, aside: boolean): Plan {
  const intent = readIntent(conversation.prompt, conversation.attached);
  switch (intent.kind) {
    case "fix":
      return planFix(conversation, intent.mayChange);
    case "test":
      return planTest(conversation);
    case "run":
      return planRun(conversation, intent);
    case "search":
      return planSearch(conversation, intent);
    case "replace":
      return planReplace(conversation, intent);
    case "create":
      return planCreate(conversation, intent);
    case "survey":
      return planSurvey(conversation, intent.focus);
    case "ask":
      return planAsk(conversation, intent);
    case "other":
      return aside ? planAside(conversation) : planOther(conversation);
    case "report":
      return { say: reportText(conversation) };
    default:
      return assertNever(intent);
  }
}
