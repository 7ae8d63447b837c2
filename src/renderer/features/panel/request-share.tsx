import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { useConversation } from "../../state/conversation.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import type { PartKind } from "./context-facts.ts";
import { useRequestParts } from "./use-request-parts.ts";

const names: Readonly<Record<PartKind, string>> = {
  original: "Original prompt",
  surroundings: "Project, mode, sandbox",
  prompt: "Later prompts and notes",
  answer: "Answers",
  reasoning: "Reasoning, opaque",
  call: "Calls and scripts",
  result: "Results",
  task: "Results of tasks",
};

/** What the next request consists of, with its share. */
export function RequestShare({ id }: { readonly id: ConversationId }) {
  // Asked for when a request went, a turn began or ended: not with every piece of an answer.
  const mark = useConversation(({ view }) => `${view.lastRequestSeq} ${view.turns.length} ${view.turns.at(-1)?.status ?? ""}`);
  const { parts, error, again } = useRequestParts(id, mark);
  if (error !== null && parts === null)
    return (
      <ErrorState
        code={error.code}
        message={error.message}
        hint={error.hint}
        action={
          <Button size="sm" onClick={again}>
            Try again
          </Button>
        }
      />
    );
  if (parts === null) return <LoadingState label="Reading the request" />;
  const all = parts.reduce((sum, part) => sum + part.characters, 0);
  return (
    <>
      <ul data-testid="context-request" className="flex flex-col gap-0.5">
        {parts.map(({ kind, messages, characters }) => (
          <li key={kind} className="relative flex h-6 items-center gap-2 overflow-hidden rounded-xs px-2 text-small">
            <span
              aria-hidden
              className="absolute inset-y-0 left-0 rounded-xs bg-accent-soft"
              style={{ width: `${all === 0 ? 0 : (characters / all) * 100}%` }}
            />
            <span className="relative min-w-0 flex-1 truncate text-fg">{names[kind]}</span>
            {messages === 1 ? null : <span className="tabular relative text-micro text-fg2">{messages}</span>}
            <span className="tabular relative min-w-20 text-right text-micro text-fg2">{characters.toLocaleString("en-US")}</span>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-micro text-fg3">
        {formatCount(all, "character")} in all; pictures, Spindle’s own words and the declarations of tools are not in it.
      </p>
    </>
  );
}
