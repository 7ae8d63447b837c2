import { assertNever } from "../../../protocol/error.ts";
import { readConversation, type DemoConversation } from "./conversation.ts";
import { planCreate, planReplace } from "./edit-flow.ts";
import { planFix } from "./fix-flow.ts";
import { readIntent } from "./intent.ts";
import { planAsk, planRun, planTest } from "./run-flow.ts";
import { planSearch } from "./search-flow.ts";
import { planOther, planSurvey } from "./survey-flow.ts";
import type { ModelMessage } from "../provider.ts";

/** What the Demo does next: says something, and runs a script when there is more to find out or to do. */
export interface Plan {
  readonly say: string;
  readonly script?: string;
}

/** The Demo's whole mind: the messages of a request -> its next move. Pure; the same messages always give the same plan. */
export function planNext(messages: readonly ModelMessage[]): Plan {
  const conversation = readConversation(messages);
  if (conversation.woken) return acknowledge(conversation);
  const plan = planFor(conversation);
  if (plan.script !== undefined || conversation.tasks.length === 0) return plan;
  return { say: `${plan.say}\n\n${acknowledge(conversation).say}` };
}

function planFor(conversation: DemoConversation): Plan {
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
      return planOther(conversation);
    default:
      return assertNever(intent);
  }
}

/** A task's result woke the conversation: say what came back, with its words. */
function acknowledge(conversation: DemoConversation): Plan {
  const parts = conversation.tasks.map((task) => {
    const text = task.text.trim();
    const shown = text.length > 1500 ? `${text.slice(0, 1500)}…\n(${text.length} characters in all; the task's page has the rest)` : text;
    const head = `Background task “${task.title}” has ended: ${task.status.replaceAll("_", " ")}.`;
    return shown === "" ? `${head} It left no text.` : `${head}\n\n\`\`\`text\n${shown.replaceAll("```", "'''")}\n\`\`\``;
  });
  return { say: parts.join("\n\n") };
}
