import { Pin } from "lucide-react";
import { memo } from "react";
import { type Attachment, attachmentKey } from "../../../protocol/attachment.ts";
import { useKept } from "../../state/row-memory.ts";
import type { UserStep } from "../../state/conversation-view.ts";
import { useFoundHere } from "../../state/find.ts";
import { showPasted } from "../../state/pasted.ts";
import { useThumbnail } from "../../state/thumbnails.ts";
import { chipFacts } from "../../lib/attachment-fact.ts";
import { AttachmentChip } from "../../ui/attachment-chip.tsx";
import { HiddenBadge } from "../../ui/hidden-badge.tsx";
import { CopyText } from "./copy-text.tsx";

/** Characters shown of a long prompt before the rest unfolds. */
const shownChars = 1_600;

/** What the person said. The first prompt of a conversation says that it goes out with every request. */
export const UserMessage = memo(function UserMessage({ step }: { readonly step: UserStep }) {
  const [whole, setWhole] = useKept(`${step.key} whole`, false);
  const found = useFoundHere(step.key);
  const cut = !whole && !found && step.text.length > shownChars + 200;
  return (
    <article data-testid="user-message" aria-label="Your message" className="group flex justify-end pb-5 pl-7">
      <div className="relative max-w-[88%] min-w-0 rounded-xl bg-raise px-4 py-2.5">
        <CopyText text={step.text} what="prompt" className="absolute top-2 right-full mr-1" />
        <p className="selectable text-prose whitespace-pre-wrap [overflow-wrap:anywhere]">
          {inlineCode(cut ? `${step.text.slice(0, shownChars)}…` : step.text)}
        </p>
        {cut ? (
          <button type="button" className="rounded-xs text-small text-accent-text hover:underline" onClick={() => setWhole(true)}>
            Show all {step.text.length.toLocaleString("en-US")} characters
          </button>
        ) : null}
        {step.attachments.length === 0 ? null : (
          <ul aria-label="Attached" className="mt-2 flex flex-wrap gap-1.5">
            {step.attachments.map((file) => (
              <li key={attachmentKey(file)}>
                <SentChip file={file} />
              </li>
            ))}
          </ul>
        )}
        <HiddenBadge count={step.hidden} />
        {step.original ? (
          <p className="mt-1 flex items-center gap-1.5 text-micro text-fg3">
            <Pin size={11} aria-hidden className="text-accent-text" />
            Original prompt, sent again with every turn
          </p>
        ) : null}
      </div>
    </article>
  );
});

function SentChip({ file }: { readonly file: Attachment }) {
  const thumbnail = useThumbnail(file.kind === "image" ? file.path : null);
  const isText = file.pasted === true && file.kind === "file";
  return <AttachmentChip small {...chipFacts(file)} thumbnail={thumbnail} onOpen={isText ? () => showPasted(file) : undefined} />;
}

/** Text between back-ticks as code; nothing else of Markdown, so a prompt reads as it was typed. */
function inlineCode(text: string) {
  return text.split(/(`[^`\n]+`)/).map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} className="rounded-xs bg-press px-1 text-[12.5px]">
        {part.slice(1, -1)}
      </code>
    ) : (
      part
    ),
  );
}
