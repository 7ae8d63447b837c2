import { ClipboardList, X } from "lucide-react";
import { cx } from "./cx.ts";
import { FileMark } from "./file-mark.tsx";

/** One attached file, folder, picture, range of lines or pasted text. With `onOpen` its name is a button. */
export function AttachmentChip({
  name,
  path,
  kind,
  fact,
  pasted,
  thumbnail,
  onOpen,
  onRemove,
  small = false,
}: {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "folder" | "image";
  /** A few quiet words behind the name: lines, size. */
  readonly fact: string;
  readonly pasted: boolean;
  /** Address of a small view of a picture. */
  readonly thumbnail: string | null;
  readonly onOpen?: (() => void) | undefined;
  readonly onRemove?: () => void;
  readonly small?: boolean;
}) {
  const body = (
    <>
      {thumbnail !== null ? (
        <img src={thumbnail} alt="" className={cx("shrink-0 rounded-xs object-cover", small ? "-ml-1 size-5" : "-ml-1.5 size-6")} />
      ) : pasted && kind === "file" ? (
        <ClipboardList size={13} aria-hidden className="shrink-0 text-fg3" />
      ) : (
        <FileMark name={name} kind={kind} />
      )}
      <span className="truncate">{name}</span>
      <span className="tabular shrink-0 text-micro text-fg3">{fact}</span>
    </>
  );
  return (
    <span
      title={pasted ? undefined : path}
      className={cx(
        "flex items-center rounded-sm border border-line text-small",
        small ? "h-6 max-w-60 bg-card px-1.5" : "h-7 max-w-64 bg-raise pl-2",
        onRemove === undefined ? null : "pr-0.5",
      )}
    >
      {onOpen === undefined ? (
        <span className="flex min-w-0 items-center gap-1.5">{body}</span>
      ) : (
        <button type="button" onClick={onOpen} className="flex min-w-0 items-center gap-1.5 rounded-xs hover:underline">
          {body}
        </button>
      )}
      {onRemove === undefined ? null : (
        <button
          type="button"
          aria-label={`Remove ${name}`}
          onClick={onRemove}
          className="ml-1 inline-flex size-6 shrink-0 items-center justify-center rounded-xs text-fg3 hover:bg-press hover:text-fg"
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}
