import { memo, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { splitPath } from "../../lib/format.ts";
import type { DraftFile, DraftLine, PatchDraft } from "../../state/patch-drafts.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { type CodeLine, plainLines, useHighlighter } from "../../ui/highlight.ts";

/** px. Lines never wrap, so what is out of sight can be left out without measuring. */
const lineHeight = 20;
const headHeight = 28;
const maxHeight = 328;
/** Lines drawn above and below what is seen. */
const overscan = 10;

/** Height of the box for a draft, px, before it is drawn. */
export function draftHeight(draft: PatchDraft): number {
  return Math.min(maxHeight, contentHeight(draft));
}

/**
 * A patch as a diff that grows: one section per file with its head always in sight, in a box of limited height. It follows the end until the reader scrolls up. Only the lines in sight are drawn. `version` changes
 * when the draft grew.
 */
export function DraftLines({ draft, version }: { readonly draft: PatchDraft; readonly version: number }) {
  const box = useRef<HTMLDivElement>(null);
  /** px from the top; null while the end is followed. */
  const [scrolled, setScrolled] = useState<number | null>(null);
  const height = contentHeight(draft);
  const top = scrolled ?? Math.max(0, height - maxHeight);
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && scrolled === null) element.scrollTop = element.scrollHeight;
  }, [scrolled, version, height]);
  useEffect(() => {
    const element = box.current;
    if (element === null || scrolled !== null) return;
    // A scroll bar that comes and goes with the width takes its height from the lines.
    const observer = new ResizeObserver(() => (element.scrollTop = element.scrollHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scrolled]);
  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    setScrolled(scrollHeight - scrollTop - clientHeight <= lineHeight ? null : scrollTop);
  };
  const ranges = rangesInSight(draft.files, top);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Patch as it arrived"
      data-testid="patch-draft"
      onScroll={onScroll}
      className="selectable relative overflow-auto [overflow-anchor:none] border-t border-line bg-inset focus-visible:outline-offset-[-2px]"
      style={{ maxHeight }}
    >
      {draft.files.map((file, index) => {
        const { from, to } = ranges[index] ?? { from: 0, to: 0 };
        return <FileSection key={index} file={file} from={from} to={to} count={file.lines.length} moved={file.movePath} />;
      })}
    </div>
  );
}

/** `count` and `moved`, beside `from` and `to`, are what changes when the file grew in place. */
const FileSection = memo(function FileSection({
  file,
  from,
  to,
  count,
  moved,
}: {
  readonly file: DraftFile;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly moved: string | null;
}) {
  const highlight = useHighlighter();
  const language = file.path.slice(file.path.lastIndexOf(".") + 1).toLowerCase();
  return (
    <section aria-label={file.path} data-testid="patch-draft-file">
      <FileHead file={file} moved={moved} />
      {/* As wide as its longest line in sight, so that the colour of a line reaches its end. */}
      <div className="min-w-max font-mono text-code" style={{ height: count * lineHeight, paddingTop: from * lineHeight }}>
        {file.lines.slice(from, to).map((line, index) => (
          <Line key={from + index} line={line} code={codeOf(line, language, highlight)} />
        ))}
      </div>
    </section>
  );
});

const kindWords = { add: "new file", update: "", delete: "deleted" } as const;

function FileHead({ file, moved }: { readonly file: DraftFile; readonly moved: string | null }) {
  const [folder, name] = splitPath(file.path);
  const word = kindWords[file.kind];
  return (
    <div
      className="sticky top-0 left-0 z-1 flex items-center gap-2 border-b border-line bg-card px-3.5 text-small"
      style={{ height: headHeight }}
    >
      <FileMark name={name} />
      <span className="flex min-w-0 whitespace-nowrap" title={file.path}>
        <span className="min-w-0 truncate text-fg3">{folder}</span>
        <span className="max-w-full shrink-0 truncate text-fg">{name}</span>
      </span>
      {moved === null ? null : <span className="min-w-0 truncate text-fg3">to {moved}</span>}
      {word === "" ? null : <span className={cx("shrink-0 text-micro", file.kind === "delete" ? "text-del" : "text-fg3")}>{word}</span>}
      <span className="flex-1" />
      {file.added + file.removed === 0 ? null : <ChangeCount added={file.added} removed={file.removed} />}
    </div>
  );
}

const signs = { add: "+", remove: "−", context: "" } as const;
const tints = { add: "bg-add-soft", remove: "bg-del-soft", context: "" } as const;
const signColors = { add: "text-add", remove: "text-del", context: "" } as const;

const Line = memo(
  function Line({ line, code }: { readonly line: DraftLine; readonly code: CodeLine }) {
    if (line.kind === "place" || line.kind === "end") {
      return (
        <div className="flex h-5 pr-4 pl-3.5 whitespace-pre text-fg3">
          <span className="w-5 shrink-0">{line.kind === "place" ? "⋯" : ""}</span>
          {line.kind === "place" ? line.text : "end of the file"}
        </div>
      );
    }
    return (
      <div className={cx("flex h-5 pr-4 pl-3.5 whitespace-pre", tints[line.kind])} data-kind={line.kind}>
        <span className={cx("w-5 shrink-0 select-none", signColors[line.kind])}>{signs[line.kind]}</span>
        <span>
          {code.map((token, index) =>
            token.color === null ? (
              token.text
            ) : (
              <span key={index} style={{ color: token.color }}>
                {token.text}
              </span>
            ),
          )}
        </span>
      </div>
    );
  },
  (a, b) => a.line === b.line && a.code === b.code,
);

/** Lines are coloured one by one, so a comment over several lines is coloured as code while it arrives. */
const coloured = new WeakMap<DraftLine, CodeLine>();

function codeOf(line: DraftLine, language: string, highlight: ReturnType<typeof useHighlighter>): CodeLine {
  const known = coloured.get(line);
  if (known !== undefined) return known;
  const [code = []] = (highlight ?? plainLines)(line.text, language);
  if (highlight !== null) coloured.set(line, code);
  return code;
}

/** For each file the lines [from, to) to draw when the box is scrolled to `top` px. */
function rangesInSight(files: readonly DraftFile[], top: number): readonly { readonly from: number; readonly to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let begin = 0;
  for (const { lines } of files) {
    begin += headHeight;
    const first = Math.floor((top - begin) / lineHeight) - overscan;
    const end = Math.ceil((top + maxHeight - begin) / lineHeight) + overscan;
    ranges.push({ from: clamp(first, lines.length), to: clamp(end, lines.length) });
    begin += lines.length * lineHeight;
  }
  return ranges;
}

function contentHeight(draft: PatchDraft): number {
  return draft.files.reduce((sum, file) => sum + headHeight + file.lines.length * lineHeight, 0);
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
