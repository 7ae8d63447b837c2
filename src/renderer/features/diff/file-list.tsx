import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { formatCount } from "../../lib/format.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { FilePath, ProgressMark } from "./file-marks.tsx";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import type { Progress } from "./use-decisions.ts";

/** px of a row, and rows shown before the list scrolls. */
const rowHeight = 28;
const shownRows = 7;

/** The files of the review: one tab stop, arrows choose, the diff below follows. */
export function FileList({
  files,
  parsed,
  progress,
  current,
  onChoose,
}: {
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  /** What is accepted of each file. */
  readonly progress: ReadonlyMap<string, Progress>;
  /** Path of the file at the top of the diff. */
  readonly current: string | null;
  readonly onChoose: (path: string) => void;
}) {
  const parent = useRef<HTMLDivElement>(null);
  const idBase = useId();
  const at = Math.max(
    0,
    files.findIndex((file) => file.path === current),
  );
  const list = useVirtualizer({
    count: files.length,
    getScrollElement: () => parent.current,
    estimateSize: () => rowHeight,
    overscan: 4,
    initialRect: { width: 560, height: rowHeight * shownRows },
  });
  useEffect(() => {
    list.scrollToIndex(at, { align: "auto" });
  }, [at, list]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: files.length - 1 }[event.key];
    const file = next === undefined ? undefined : files[Math.min(files.length - 1, Math.max(0, next))];
    if (file === undefined) return;
    event.preventDefault();
    onChoose(file.path);
  };
  return (
    <div
      ref={parent}
      role="listbox"
      tabIndex={0}
      aria-label="Changed files"
      aria-activedescendant={`${idBase}-${at}`}
      onKeyDown={onKeyDown}
      style={{ maxHeight: rowHeight * shownRows + 12 }}
      className="shrink-0 overflow-y-auto border-b border-line px-2 py-1.5 focus-visible:outline-offset-[-2px]"
    >
      <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const file = files[item.index];
          if (file === undefined) return null;
          return (
            <div
              key={file.path}
              id={`${idBase}-${item.index}`}
              role="option"
              aria-selected={item.index === at}
              aria-setsize={files.length}
              aria-posinset={item.index + 1}
              data-testid="review-file"
              data-path={file.path}
              onClick={() => onChoose(file.path)}
              className={cx(
                "absolute inset-x-0 flex h-7 items-center gap-2 rounded-sm px-2 text-small",
                item.index === at ? "bg-selected" : "hover:bg-raise",
              )}
              style={{ top: item.start }}
            >
              <FileRow file={file} parsed={parsed.get(file.key)} progress={progress.get(file.path)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function FileRow({
  file,
  parsed,
  progress,
}: {
  readonly file: ReviewFile;
  readonly parsed: ParsedFile | undefined;
  readonly progress: Progress | undefined;
}) {
  const added = parsed?.added ?? file.added;
  const removed = parsed?.removed ?? file.removed;
  return (
    <>
      <ProgressMark kind={file.kind} progress={progress} />
      <FileMark name={file.path} />
      <FilePath path={file.path} className="flex-1" />
      <span
        data-testid={progress === undefined ? undefined : "file-progress"}
        className={cx(
          "tabular shrink-0 text-micro",
          progress !== undefined && progress.accepted === progress.hunks && progress.hunks > 0 ? "text-add" : "text-fg3",
        )}
      >
        {progressWords(file, parsed, progress)}
      </span>
      {added === null || removed === null || (parsed !== undefined && isUncounted(parsed)) ? (
        <span className="min-w-18" />
      ) : (
        <ChangeCount added={added} removed={removed} className="min-w-18 justify-end" />
      )}
    </>
  );
}

/** `1 of 3 hunks`, `2 hunks`, `accepted`, or what is there instead of hunks. */
function progressWords(file: ReviewFile, parsed: ParsedFile | undefined, progress: Progress | undefined): string {
  if (file.byCommands.length > 0) return "changed by a command";
  if (parsed?.problem !== undefined) return "could not be read";
  if (parsed !== undefined && parsed.diff === null) return "not shown";
  if (progress !== undefined && progress.accepted > 0)
    return progress.accepted === progress.hunks ? "accepted" : `${progress.accepted} of ${formatCount(progress.hunks, "hunk")}`;
  const hunks = parsed?.hunkCount ?? file.hunks?.length ?? 0;
  return hunks === 0 ? "" : formatCount(hunks, "hunk");
}

/** A binary file has neither lines nor counts. */
function isUncounted({ diff, added, removed }: ParsedFile): boolean {
  return diff === null && added + removed === 0;
}
