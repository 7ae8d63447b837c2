import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount } from "../../lib/format.ts";
import { openFile } from "../../state/open-file.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { OpenFileButton } from "../../ui/open-file-button.tsx";
import { FilePath, KindMark } from "./file-marks.tsx";
import { Origins } from "./origins.tsx";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

/** The head of one file's diff; it stays at the top while the file scrolls. Folds the file. */
export function FileHeader({
  file,
  parsed,
  collapsed,
  actions,
  onToggle,
}: {
  readonly file: ReviewFile;
  readonly parsed: ParsedFile;
  readonly collapsed: boolean;
  /** Buttons that decide about the whole file. */
  readonly actions: ReactNode;
  readonly onToggle: () => void;
}) {
  const note = noteOf(file, parsed);
  const foldable = (parsed.diff?.hunks.length ?? 0) > 0;
  return (
    <div
      data-testid="review-file-header"
      data-path={file.path}
      className="flex h-9 items-center gap-2 bg-panel pr-3 pl-2 font-sans text-small"
    >
      <button
        type="button"
        aria-expanded={foldable ? !collapsed : false}
        disabled={!foldable}
        onClick={onToggle}
        className="flex min-w-0 flex-1 items-center gap-2 rounded-xs py-0.5 pl-1 text-left"
      >
        <ChevronDown
          size={13}
          aria-hidden
          className={cx(
            "shrink-0 text-fg3 transition-transform duration-100",
            (collapsed || !foldable) && "-rotate-90",
            !foldable && "opacity-0",
          )}
        />
        <KindMark kind={file.kind} />
        <FileMark name={file.path} />
        <FilePath path={file.path} />
        {file.fromPath === null ? null : <span className="truncate text-fg3">from {file.fromPath}</span>}
      </button>
      <span className="flex @max-[520px]:hidden">
        <Origins origins={file.origins} diff={parsed.diff} />
      </span>
      {note === null ? null : (
        <span className="min-w-0 truncate text-micro text-fg3" title={note}>
          {note}
        </span>
      )}
      {parsed.diff === null && parsed.added + parsed.removed === 0 ? null : <ChangeCount added={parsed.added} removed={parsed.removed} />}
      {file.kind === "delete" ? null : <OpenFileButton path={file.path} onOpen={() => openFile(file.path)} />}
      {actions}
    </div>
  );
}

/** What a reader must know about a file besides its lines. */
function noteOf(file: ReviewFile, parsed: ParsedFile): string | null {
  if (parsed.problem !== undefined) return `Could not be read: ${parsed.problem}`;
  if (parsed.hiddenHunks > 0)
    return parsed.hunkCount === 0 ? "Only white space differs" : `${formatCount(parsed.hiddenHunks, "hunk")} of white space hidden`;
  if (file.inTree === true)
    return parsed.hunkCount > 0 ? null : file.kind === "move" ? "Moved, not changed" : "No text, or only its mode differs";
  if (file.parts === 0) return parsed.diff === null ? "Changed by a command; the earlier content is not known" : "Changed by a command";
  if (parsed.diff === null) return "Binary or larger than 1 MiB: only the counts are kept";
  if (parsed.hunkCount === 0)
    return file.kind === "add" ? "Empty file" : file.kind === "move" ? "Moved, not changed" : "Only line ends or the last newline differ";
  if (file.byCommands.length > 0) return "Also changed by a command";
  if (file.changedBetween) return "Includes changes made between two patches";
  // Where each patch has a name of its own, how many there are is seen.
  return file.parts > 1 && file.origins.length < 2 ? `${file.parts} patches` : null;
}
