import { Clock } from "lucide-react";
import { useShallow } from "zustand/react/shallow";
import { useConversation } from "../../state/conversation.ts";
import { queuedMessages } from "../../state/conversation-view.ts";
import { Tooltip } from "../../ui/tooltip.tsx";

/** Messages that were sent while a turn runs, until its next request takes them. They are in the log already, so they cannot be changed. */
export function Queue() {
  const queued = useConversation(useShallow((state) => queuedMessages(state.view)));
  if (queued.length === 0) return null;
  return (
    <ul aria-label="Messages that wait" className="mb-2 flex flex-col items-end gap-1.5">
      {queued.map((message) => (
        <li
          key={message.key}
          data-testid="queued-message"
          className="max-w-[88%] rounded-xl border border-dashed border-strong bg-card px-3.5 py-2"
        >
          <p className="line-clamp-3 text-ui whitespace-pre-wrap text-fg2 [overflow-wrap:anywhere]">{message.text}</p>
          <Tooltip text="It is written to the conversation already, so it can no longer be changed or taken back. Add another message to correct it.">
            <p tabIndex={0} className="mt-0.5 inline-flex items-center gap-1.5 rounded-xs text-micro text-fg3">
              <Clock size={11} aria-hidden />
              Enters at the next request
            </p>
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}
