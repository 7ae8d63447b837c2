import { CodeView, type CodeViewHandle } from "@pierre/diffs/react";
import type { CodeViewItem, SelectedLineRange } from "@pierre/diffs";
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { createDiffItems, type FileNotes } from "./diff-items.ts";
import { diffHighlighter, diffMetrics, diffStyle, diffTheme } from "./diff-theme.ts";
import { FileHeader } from "./file-header.tsx";
import type { HunkStop } from "./hunk-stops.ts";
import type { Note } from "./notes.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

export interface DiffViewHandle {
  showFile(path: string): void;
  showStop(stop: HunkStop): void;
}

/** Stacked diffs of all files with sticky heads; only what is visible is in the page. */
export function DiffView({
  files,
  parsed,
  layout,
  wrap,
  signs,
  notes,
  current,
  handle,
  renderNote,
  renderFileActions,
  onFileAtTop,
  onComment,
}: {
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly layout: "unified" | "split";
  readonly wrap: boolean;
  /** Changed lines have signs, not only colours. */
  readonly signs: boolean;
  readonly notes: ReadonlyMap<string, FileNotes>;
  /** The hunk the keyboard stands on: marked. */
  readonly current: HunkStop | null;
  readonly handle: Ref<DiffViewHandle>;
  readonly renderNote: (note: Note) => ReactNode;
  readonly renderFileActions: (path: string) => ReactNode;
  readonly onFileAtTop: (path: string) => void;
  /** Lines were chosen for a remark. */
  readonly onComment: (path: string, range: SelectedLineRange) => void;
}) {
  const commented = useRef(onComment);
  useEffect(() => {
    commented.current = onComment;
  });
  const view = useRef<CodeViewHandle<Note, undefined>>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [known] = useState(createDiffItems);
  const items = useMemo(() => known.of(files, parsed, collapsed, notes), [known, files, parsed, collapsed, notes]);
  const byPath = useMemo(() => new Map(files.map((file) => [file.path, file])), [files]);
  const top = useRef<string | null>(null);
  // After a jump the file asked for is the current one, even where the end of the list keeps it from the top.
  const jumped = useRef(false);
  useImperativeHandle(handle, () => ({
    showFile: (path) => {
      jumped.current = true;
      top.current = path;
      onFileAtTop(path);
      view.current?.scrollTo({ type: "item", id: path, align: "start" });
    },
    showStop: (stop) => {
      jumped.current = true;
      top.current = stop.path;
      onFileAtTop(stop.path);
      setCollapsed((before) => (before.has(stop.path) ? new Set([...before].filter((path) => path !== stop.path)) : before));
      if (stop.line === null) view.current?.scrollTo({ type: "item", id: stop.path, align: "start" });
      else
        view.current?.scrollTo({
          type: "line",
          id: stop.path,
          lineNumber: stop.line.from,
          side: stop.line.side,
          align: "start",
          offset: 3 * diffMetrics.lineHeight,
        });
    },
  }));
  const toggle = useCallback(
    (path: string) =>
      setCollapsed((before) => (before.has(path) ? new Set([...before].filter((each) => each !== path)) : new Set([...before, path]))),
    [],
  );
  const renderHeader = useCallback(
    (item: CodeViewItem<Note>) => {
      const file = byPath.get(item.id);
      const ready = file === undefined ? undefined : parsed.get(file.key);
      return file === undefined || ready === undefined ? null : (
        <FileHeader
          file={file}
          parsed={ready}
          collapsed={collapsed.has(item.id)}
          actions={renderFileActions(item.id)}
          onToggle={() => toggle(item.id)}
        />
      );
    },
    [byPath, parsed, collapsed, toggle, renderFileActions],
  );
  const options = useMemo(
    () => ({
      theme: diffTheme,
      // The page decides light or dark; the theme's own type must not.
      unsafeCSS: ":host { color-scheme: inherit; }",
      preferredHighlighter: diffHighlighter,
      diffStyle: layout,
      overflow: wrap ? ("wrap" as const) : ("scroll" as const),
      diffIndicators: signs ? ("classic" as const) : ("bars" as const),
      enableGutterUtility: true,
      onGutterUtilityClick: (range: SelectedLineRange, context: { readonly item: CodeViewItem<Note> }) =>
        commented.current(context.item.id, range),
      lineDiffType: "word-alt" as const,
      hunkSeparators: "line-info-basic" as const,
      collapsedContextThreshold: 6,
      stickyHeaders: true,
      onPostRender: nameExpandButtons,
      itemMetrics: diffMetrics,
      layout: { paddingTop: 0, paddingBottom: 24, gap: 8 },
    }),
    [layout, wrap, signs],
  );
  const describe = useCallback((element: HTMLDivElement | null) => {
    if (element === null) return;
    element.tabIndex = 0;
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", "Changes");
    element.dataset["testid"] = "review-diff";
    for (const name of ["wheel", "pointerdown", "keydown"])
      element.addEventListener(name, () => (jumped.current = false), { passive: true });
  }, []);
  return (
    <CodeView<Note, undefined>
      ref={view}
      items={items}
      options={options}
      style={diffStyle}
      className="h-full overflow-auto focus-visible:outline-offset-[-2px]"
      containerRef={describe}
      renderCustomHeader={renderHeader}
      renderAnnotation={(...[annotation]) => renderNote(annotation.metadata)}
      selectedLines={
        current === null || current.line === null
          ? null
          : {
              id: current.path,
              range: { start: current.line.from, end: current.line.to, side: current.line.side, endSide: current.line.side },
            }
      }
      onScroll={(scrollTop, viewer) => {
        if (jumped.current) return;
        const path = fileAt(items, scrollTop, (id) => viewer.getTopForItem(id));
        if (path === null || path === top.current) return;
        top.current = path;
        onFileAtTop(path);
      }}
    />
  );
}

/** Binary search: 200 files are asked for on every scroll. */
function fileAt(items: readonly CodeViewItem<Note>[], scrollTop: number, topOf: (id: string) => number | undefined): string | null {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((topOf(items[middle]?.id ?? "") ?? 0) <= scrollTop + diffMetrics.diffHeaderHeight) low = middle;
    else high = middle - 1;
  }
  return items[low]?.id ?? null;
}

/** The library draws the buttons between hunks without a name and out of reach of the keyboard. */
function nameExpandButtons(node: HTMLElement): void {
  for (const button of node.shadowRoot?.querySelectorAll<HTMLElement>("[data-expand-button]:not([tabindex])") ?? []) {
    button.tabIndex = 0;
    if (button.textContent === "")
      button.setAttribute(
        "aria-label",
        button.hasAttribute("data-expand-up")
          ? "Show unchanged lines above"
          : button.hasAttribute("data-expand-down")
            ? "Show unchanged lines below"
            : "Show the unchanged lines here",
      );
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
  }
}
