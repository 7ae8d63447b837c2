import { useVirtualizer } from "@tanstack/react-virtual";
import type { FileDiffMetadata } from "@pierre/diffs";
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import type { ReviewComment } from "../../state/review-comments.ts";
import { cx } from "../../ui/cx.ts";
import type { DiffViewHandle } from "./diff-view.tsx";
import type { ReviewHunk } from "./hunk-marks.ts";
import type { HunkStop } from "./hunk-stops.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import { hunkOf } from "./place-comments.ts";

type Row =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "line"; readonly path: string; readonly sign: "+" | "-"; readonly line: number; readonly text: string }
  | { readonly kind: "hunk"; readonly hunk: ReviewHunk }
  | { readonly kind: "comment"; readonly comment: ReviewComment };

const heights = { file: 32, line: 20, hunk: 32, comment: 76 } as const;

const noComments: readonly ReviewComment[] = [];

/** The changed lines alone, as a list that can be read line by line: file, then each line with what happened to it. */
export function ChangedLines({
  files,
  parsed,
  hunks,
  comments,
  wrap,
  current,
  handle,
  renderHunk,
  renderComment,
}: {
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly hunks: ReadonlyMap<string, readonly ReviewHunk[]>;
  readonly comments: ReadonlyMap<string, readonly ReviewComment[]>;
  readonly wrap: boolean;
  readonly current: HunkStop | null;
  readonly handle: Ref<DiffViewHandle>;
  readonly renderHunk: (hunk: ReviewHunk) => ReactNode;
  readonly renderComment: (comment: ReviewComment) => ReactNode;
}) {
  const parent = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => files.flatMap((file) => rowsOf(file, parsed.get(file.key), hunks.get(file.path) ?? [], comments.get(file.path) ?? noComments)),
    [files, parsed, hunks, comments],
  );
  // By what a row is: a field that is written in stays the same one when rows come before it.
  const getItemKey = useCallback((index: number) => keyOf(rows[index], index), [rows]);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => parent.current,
    getItemKey,
    estimateSize: (index) => heights[rows[index]?.kind ?? "line"],
    overscan: 20,
  });
  const show = (index: number) => {
    if (index >= 0) list.scrollToIndex(index, { align: "start" });
  };
  const stopAt = (stop: HunkStop) =>
    rows.findIndex((row) => row.kind === "hunk" && row.hunk.path === stop.path && row.hunk.hunk === stop.hunk);
  useImperativeHandle(handle, () => ({
    showFile: (path) => show(rows.findIndex((row) => row.kind === "file" && row.path === path)),
    showStop: (stop) => show(stop.hunk === 0 ? rows.findIndex((row) => row.kind === "file" && row.path === stop.path) : stopAt(stop)),
  }));
  const at = current === null ? -1 : stopAt(current);
  const name = current === null ? null : `${current.hunk} ${current.path}`;
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (name === null) shown.current = null;
    if (at < 0 || shown.current === name) return;
    // Once for each stop: rows that come before it while somebody reads do not scroll.
    shown.current = name;
    list.scrollToIndex(at, { align: "auto" });
  }, [at, name, list]);
  return (
    <div
      ref={parent}
      tabIndex={0}
      role="list"
      aria-label="Changed lines"
      data-testid="review-lines"
      className="h-full overflow-auto focus-visible:outline-offset-[-2px]"
    >
      <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <div
              key={item.key}
              ref={list.measureElement}
              data-index={item.index}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
              className="absolute inset-x-0"
              style={{ top: item.start }}
            >
              {row.kind === "hunk" ? (
                renderHunk(row.hunk)
              ) : row.kind === "comment" ? (
                renderComment(row.comment)
              ) : (
                <LineRow row={row} wrap={wrap} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function LineRow({ row, wrap }: { readonly row: Extract<Row, { kind: "file" | "line" }>; readonly wrap: boolean }) {
  if (row.kind === "file")
    return <h3 className="selectable truncate border-b border-line bg-panel px-3 py-1.5 text-small font-semibold">{row.text}</h3>;
  const added = row.sign === "+";
  return (
    <p className={cx("selectable flex px-3 font-mono text-code", added ? "bg-add-soft" : "bg-del-soft")}>
      <span className="sr-only">{added ? "Added" : "Removed"} line </span>
      <span className="tabular w-12 shrink-0 pr-3 text-right text-fg3">{row.line}</span>
      <span aria-hidden className={cx("w-4 shrink-0", added ? "text-add" : "text-del")}>
        {row.sign}
      </span>
      <span className={cx("min-w-0", wrap ? "[overflow-wrap:anywhere] whitespace-pre-wrap" : "truncate whitespace-pre")}>{row.text}</span>
    </p>
  );
}

const kinds = { add: "New file", update: "Changed", delete: "Deleted", move: "Moved" } as const;

/** The rows of a file: its lines, remarks behind their line or at the end of their hunk, the buttons of each hunk. */
export function rowsOf(
  file: ReviewFile,
  parsed: ParsedFile | undefined,
  hunks: readonly ReviewHunk[],
  comments: readonly ReviewComment[],
): readonly Row[] {
  const counts = parsed === undefined ? "" : `, ${parsed.added} added, ${parsed.removed} removed`;
  const head: Row = { kind: "file", path: file.path, text: `${file.path}: ${kinds[file.kind]}${counts}` };
  const diff = parsed?.diff ?? null;
  if (diff === null) return [head];
  return [
    head,
    ...diff.hunks.flatMap((hunk, index): Row[] => {
      const own = hunks.find((each) => each.hunk === index + 1);
      const lines = linesOf(file.path, diff, hunk);
      const rows: Row[] = [];
      const left = new Set(comments.filter((comment) => hunkOf(diff, comment) === index));
      for (const line of lines) {
        rows.push(line);
        for (const comment of left) {
          if (line.kind !== "line" || comment.to !== line.line || (comment.side === "additions") !== (line.sign === "+")) continue;
          left.delete(comment);
          rows.push({ kind: "comment", comment });
        }
      }
      // A remark on an unchanged line, which this list leaves out.
      for (const comment of left) rows.push({ kind: "comment", comment });
      return [...rows, ...(own === undefined ? [] : [{ kind: "hunk" as const, hunk: own }])];
    }),
    ...comments.filter((comment) => hunkOf(diff, comment) < 0).map((comment): Row => ({ kind: "comment", comment })),
  ];
}

function keyOf(row: Row | undefined, index: number): string | number {
  switch (row?.kind) {
    case "file":
      return `file ${row.path}`;
    case "line":
      return `${row.sign}${row.line} ${row.path}`;
    case "hunk":
      return `hunk ${row.hunk.mark}`;
    case "comment":
      return `comment ${row.comment.id}`;
    default:
      return index;
  }
}

function linesOf(path: string, diff: FileDiffMetadata, hunk: FileDiffMetadata["hunks"][number]): Row[] {
  return hunk.hunkContent.flatMap((content): Row[] => {
    if (content.type !== "change") return [];
    const side = (lines: readonly string[], sign: "+" | "-", from: number, count: number, firstLine: number): Row[] =>
      lines
        .slice(from, from + count)
        .map((text, i) => ({ kind: "line", path, sign, line: firstLine + i, text: text.replace(/\r?\n$/, "") }));
    return [
      ...side(
        diff.deletionLines,
        "-",
        content.deletionLineIndex,
        content.deletions,
        hunk.deletionStart + content.deletionLineIndex - hunk.deletionLineIndex,
      ),
      ...side(
        diff.additionLines,
        "+",
        content.additionLineIndex,
        content.additions,
        hunk.additionStart + content.additionLineIndex - hunk.additionLineIndex,
      ),
    ];
  });
}
