import { FilePlus, X } from "lucide-react";
import type { Attachment } from "../../../protocol/attachment.ts";
import { formatBytes, formatCount } from "../../lib/format.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import type { DragState } from "./use-file-drop.ts";

/** The attached files with a way to remove each, and the dashed chip while something is dragged over the window. */
export function Chips({
  attachments,
  drag,
  onRemove,
}: {
  readonly attachments: readonly Attachment[];
  readonly drag: DragState;
  readonly onRemove: (path: string) => void;
}) {
  if (attachments.length === 0 && drag === null) return null;
  return (
    <ul aria-label="Attached files" className="flex max-h-24 flex-wrap gap-1.5 overflow-y-auto px-3 pt-3">
      {attachments.map((file) => (
        <li
          key={file.path}
          data-testid="chip"
          data-path={file.path}
          data-kind={file.kind}
          title={file.path}
          className="flex h-7 max-w-64 items-center gap-1.5 rounded-sm border border-line bg-raise pr-0.5 pl-2 text-small"
        >
          <FileMark name={file.name} kind={file.kind} />
          <span className="truncate">{file.name}</span>
          <span className="tabular shrink-0 text-micro text-fg3">{factOf(file)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(file.path)}
            className="inline-flex size-6 shrink-0 items-center justify-center rounded-xs text-fg3 hover:bg-press hover:text-fg"
          >
            <X size={12} aria-hidden />
          </button>
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

function factOf(file: Attachment): string {
  if (file.kind === "folder") return "folder";
  return file.lines === undefined ? formatBytes(file.size) : formatCount(file.lines, "line");
}
