import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, Eye } from "lucide-react";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { formatCount } from "../../lib/format.ts";
import { jumpToCall, openReview } from "../../state/layout.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { KindMark } from "./file-marks.tsx";
import { type TreeRow, treeRows } from "./tree-rows.ts";
import type { ParsedFile } from "./parse-file.ts";
import type { TouchedFile } from "./touched-files.ts";

/** px of a row, and of one level. */
const rowHeight = 28;
const indent = 14;

/**
 * Files as a tree, one tab stop: arrows walk, fold and unfold; Enter or a click shows a changed file in the review, a file that was
 * only read at its place in the conversation.
 */
export function FileTree({ files, parsed }: { readonly files: readonly TouchedFile[]; readonly parsed: ReadonlyMap<string, ParsedFile> }) {
  const parent = useRef<HTMLDivElement>(null);
  const idBase = useId();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const rows = useMemo(() => treeRows(files, folded), [files, folded]);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.path === current),
  );
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => parent.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: { width: 560, height: 600 },
  });
  const fold = (path: string, close: boolean) =>
    setFolded((before) => new Set(close ? [...before, path] : [...before].filter((each) => each !== path)));
  const activate = (row: TreeRow) => {
    setCurrent(row.path);
    if (row.kind === "folder") fold(row.path, row.open);
    else show(row.file);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") activate(row);
    else if (event.key === "ArrowLeft" && row.kind === "folder" && row.open) fold(row.path, true);
    else if (event.key === "ArrowRight" && row.kind === "folder" && !row.open) fold(row.path, false);
    else {
      const place = nextPlace(rows, at, event.key);
      const next = rows[place];
      if (next === undefined) return;
      setCurrent(next.path);
      // Only a step scrolls: rows that come before it while somebody reads do not.
      list.scrollToIndex(place, { align: "auto" });
    }
    event.preventDefault();
  };
  return (
    <div
      ref={parent}
      role="tree"
      tabIndex={0}
      aria-label="Files of this conversation"
      aria-activedescendant={`${idBase}-${at}`}
      data-testid="file-tree"
      onKeyDown={onKeyDown}
      className="group/tree min-h-0 flex-1 overflow-y-auto px-2 py-1.5 focus-visible:outline-offset-[-2px]"
    >
      <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={row.path}
              id={`${idBase}-${item.index}`}
              role="treeitem"
              aria-level={row.level}
              aria-selected={row.path === current}
              {...(row.kind === "folder" ? { "aria-expanded": row.open } : {})}
              data-testid={row.kind === "file" ? "tree-file" : "tree-folder"}
              data-path={row.path}
              onClick={() => activate(row)}
              className={cx(
                "absolute inset-x-0 flex h-7 items-center gap-2 rounded-sm pr-2 text-small",
                row.path === current ? "bg-selected" : "hover:bg-raise",
                item.index === at && "group-focus-visible/tree:bg-selected",
              )}
              style={{ top: item.start, paddingLeft: 8 + (row.level - 1) * indent }}
            >
              {row.kind === "folder" ? <FolderRow row={row} /> : <FileRow name={row.name} file={row.file} parsed={parsed} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Where an arrow goes; -1: nowhere. From a file or a folded folder Left goes up to its folder, from an open one Right into it. */
function nextPlace(rows: readonly TreeRow[], at: number, key: string): number {
  const level = rows[at]?.level ?? 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(rows.length - 1, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowRight":
      return rows[at]?.kind === "folder" ? at + 1 : -1;
    case "ArrowLeft":
      return rows.findLastIndex((row, index) => index < at && row.level < level);
    default:
      return -1;
  }
}

function show({ path, changed, lastRead }: TouchedFile): void {
  if (changed !== null) openReview({ file: path });
  else if (lastRead !== null) jumpToCall(lastRead);
}

function FolderRow({ row }: { readonly row: Extract<TreeRow, { kind: "folder" }> }) {
  return (
    <>
      <ChevronDown size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", !row.open && "-rotate-90")} />
      <span className="min-w-0 flex-1 truncate text-fg2">{row.name}</span>
      {row.open ? null : <span className="tabular shrink-0 text-micro text-fg3">{formatCount(row.files, "file")}</span>}
    </>
  );
}

function FileRow({
  name,
  file,
  parsed,
}: {
  readonly name: string;
  readonly file: TouchedFile;
  readonly parsed: ReadonlyMap<string, ParsedFile>;
}) {
  const { changed, reads } = file;
  const ready = changed === null ? undefined : parsed.get(changed.key);
  const added = ready?.added ?? changed?.added ?? null;
  const removed = ready?.removed ?? changed?.removed ?? null;
  const isCounted = added !== null && removed !== null && added + removed > 0;
  return (
    <>
      {changed === null ? (
        <span className="inline-flex shrink-0" title="Read">
          <span className="sr-only">Read: </span>
          <Eye size={14} aria-hidden className="text-fg3" />
        </span>
      ) : (
        <KindMark kind={changed.kind} />
      )}
      <FileMark name={name} />
      <span className="min-w-0 flex-1 truncate text-fg" title={file.path}>
        {name}
      </span>
      <span className="shrink-0 text-micro text-fg3">
        {[
          ...(changed !== null && changed.parts === 0 ? ["changed by a command"] : []),
          ...(reads === 0 ? [] : [reads === 1 ? "read once" : `read ${reads} times`]),
        ].join(", ")}
      </span>
      {isCounted ? <ChangeCount added={added} removed={removed} className="min-w-16 justify-end" /> : <span className="min-w-16" />}
    </>
  );
}
