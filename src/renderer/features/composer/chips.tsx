import { FilePlus } from "lucide-react";
import { type Attachment, attachmentKey } from "../../../protocol/attachment.ts";
import { formatCount } from "../../lib/format.ts";
import { showPasted } from "../../state/pasted.ts";
import { useThumbnail } from "../../state/thumbnails.ts";
import { chipFacts } from "../../lib/attachment-fact.ts";
import { AttachmentChip } from "../../ui/attachment-chip.tsx";
import type { DragState } from "./use-file-drop.ts";

/** The attached files with a way to remove each, and the dashed chip while something is dragged over the window. */
export function Chips({
  attachments,
  drag,
  onRemove,
}: {
  readonly attachments: readonly Attachment[];
  readonly drag: DragState;
  readonly onRemove: (key: string) => void;
}) {
  if (attachments.length === 0 && drag === null) return null;
  return (
    <ul aria-label="Attached files" className="flex max-h-24 flex-wrap gap-1.5 overflow-y-auto px-3 pt-3">
      {attachments.map((file) => (
        <li key={attachmentKey(file)} data-testid="chip" data-path={file.path} data-kind={file.kind}>
          <Chip file={file} onRemove={() => onRemove(attachmentKey(file))} />
        </li>
      ))}
      {drag === null ? null : (
        <li
          data-testid="composer-drop"
          className="flex h-7 items-center gap-1.5 rounded-sm border border-dashed border-accent bg-accent-soft px-2 text-small text-accent-text"
        >
          <FilePlus size={13} aria-hidden />
          Drop {drag.count > 1 ? formatCount(drag.count, "item") : "here"}
        </li>
      )}
    </ul>
  );
}

function Chip({ file, onRemove }: { readonly file: Attachment; readonly onRemove: () => void }) {
  const thumbnail = useThumbnail(file.kind === "image" ? file.path : null);
  const isText = file.pasted === true && file.kind === "file";
  return (
    <AttachmentChip {...chipFacts(file)} thumbnail={thumbnail} onOpen={isText ? () => showPasted(file) : undefined} onRemove={onRemove} />
  );
}
