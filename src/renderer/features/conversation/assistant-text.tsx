import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { useKept } from "../../state/row-memory.ts";
import { useFoundHere } from "../../state/find.ts";
import { openLink } from "../../state/notices.ts";
import type { TextStep } from "../../state/conversation-view.ts";
import { cx } from "../../ui/cx.ts";
import { Markdown } from "../../ui/markdown.tsx";
import { CopyText } from "./copy-text.tsx";
import { Dot, ThreadRow } from "./thread-row.tsx";

/** What the agent says. */
export const AssistantText = memo(function AssistantText({ step, first }: { readonly step: TextStep; readonly first: boolean }) {
  return (
    <ThreadRow node={<Dot />} first={first}>
      <article data-testid="assistant-text" aria-label="Agent" aria-busy={step.streaming} className="group relative">
        <Markdown text={step.text} streaming={step.streaming} onLink={openLink} />
        {step.streaming ? null : <CopyText text={step.text} what="answer" className="absolute bottom-0 left-full" />}
      </article>
    </ThreadRow>
  );
});

/** What the agent thought, in the provider's summary: one line that unfolds; its last lines while it arrives. */
export const Reasoning = memo(function Reasoning({ step, first }: { readonly step: TextStep; readonly first: boolean }) {
  const [opened, setOpen] = useKept(`${step.key} open`, false);
  const found = useFoundHere(step.key);
  const open = opened || found;
  const title = /\*\*(.+?)\*\*/.exec(step.text)?.[1] ?? "Thought";
  return (
    <ThreadRow node={<Dot />} first={first} className="pb-3">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex items-center gap-1 rounded-xs text-small text-fg3 hover:text-fg2"
      >
        {step.streaming ? "Thinking" : title}
        <ChevronRight size={13} aria-hidden className={cx("transition-transform duration-100", open && "rotate-90")} />
      </button>
      {open ? <Markdown className="mt-1 text-fg2" text={step.text} streaming={step.streaming} onLink={openLink} /> : null}
      {!open && step.streaming ? <p className="mt-0.5 line-clamp-2 text-small text-fg3">{step.text.slice(-240)}</p> : null}
    </ThreadRow>
  );
});
