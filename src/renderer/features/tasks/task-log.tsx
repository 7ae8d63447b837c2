import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef } from "react";
import { formatCount } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { drawnLine, plainLine } from "./log-lines.ts";
import type { TaskLog } from "./use-task-log.ts";

const lineHeight = 20;
/** Lines that are drawn when there are no more: a short log takes no more room than it needs. */
const mostLines = 18;

/** What a task printed, following its end unless somebody scrolled up. Only the lines in sight are drawn. */
export function TaskLogView({
  log,
  title,
  emptyWords,
  onWhole,
  from = "end",
}: {
  readonly log: TaskLog;
  readonly title: string;
  readonly emptyWords: string;
  /** Reads the file from its beginning; null when it is shown already. */
  readonly onWhole: (() => void) | null;
  /** What is in sight at first. */
  readonly from?: "start" | "end";
}) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(from === "end");
  const { lines } = log;
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeight,
    overscan: 10,
    initialRect: { width: 800, height: mostLines * lineHeight },
  });
  useLayoutEffect(() => {
    if (atEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [log.version]);
  return (
    <section aria-label={title}>
      <div className="mb-1 flex h-6 items-center gap-2">
        <h3 className="text-small font-medium text-fg2">{title}</h3>
        <span className="tabular flex-1 text-small text-fg3">{lines.length === 0 ? "" : formatCount(lines.length, "line")}</span>
        {log.truncated && onWhole !== null ? (
          <Button size="sm" variant="accent" data-testid="task-log-whole" onClick={onWhole}>
            Open the whole log
          </Button>
        ) : null}
        {lines.length === 0 ? null : <CopyButton text={() => lines.map(plainLine).join("\n")} label={`Copy ${title.toLowerCase()}`} />}
      </div>
      <div
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={title}
        aria-live="off"
        data-testid={from === "end" ? "task-output" : "task-result"}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < lineHeight;
        }}
        style={{ maxHeight: mostLines * lineHeight + 18 }}
        className="selectable overflow-auto rounded-md border border-line bg-inset px-3 py-2 text-code [overflow-anchor:none]"
      >
        {lines.length === 0 ? (
          <p className="text-small text-fg3">{emptyWords}</p>
        ) : (
          <div className="relative min-w-full" style={{ height: list.getTotalSize() }}>
            {list.getVirtualItems().map((item) => (
              <pre
                key={item.key}
                className="absolute top-0 left-0 h-5 min-w-full pr-3"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {drawnLine(lines[item.index] ?? "") || " "}
              </pre>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}
