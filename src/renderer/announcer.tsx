import { useEffect, useState } from "react";
import { formatCount } from "./lib/format.ts";
import { useConversation } from "./state/conversation.ts";
import type { ConversationView } from "./state/conversation-view.ts";

/** Tells a screen reader what a sighted person notices: an answer is over, a turn failed, an approval is needed. Always there, so that it is heard. */
export function Announcer() {
  // Counted: a live region tells what is put in anew, also when the words are the same.
  const [said, say] = useState<{ readonly text: string; readonly nth: number }>({ text: "", nth: 0 });
  useEffect(
    () =>
      useConversation.subscribe((now, before) => {
        if (now.view === before.view || now.id !== before.id || before.status !== "ready") return;
        const news = newsOf(before.view, now.view);
        if (news !== null) say(({ nth }) => ({ text: news, nth: nth + 1 }));
      }),
    [],
  );
  return (
    <p role="status" data-testid="announcer" className="sr-only">
      <span key={said.nth}>{said.text}</span>
    </p>
  );
}

const ends = { completed: "The answer is complete.", interrupted: "The turn was stopped.", failed: "The turn failed." } as const;

function newsOf(before: ConversationView, now: ConversationView): string | null {
  if (now.approvals.length > before.approvals.length)
    return `${formatCount(now.approvals.length, "approval")} needed. Alt+Y allows, Alt+N denies.`;
  const status = now.turns.at(-1)?.status;
  return status !== undefined && status !== "running" && before.turns.at(-1)?.status === "running" ? ends[status] : null;
}
