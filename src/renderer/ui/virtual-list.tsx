import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react";
import { cx } from "./cx.ts";
import { VirtualRows } from "./virtual-rows.tsx";

export interface VirtualListHandle {
  toEnd(): void;
  /** Scrolls a row to the upper edge, or `clear` px below it where something lies over the list. */
  toIndex(index: number, clear?: number): void;
  /** Where a row begins and ends, px below the upper edge of what is in sight; null: there is no such row. Guessed until it was drawn. */
  placeOf(index: number): { readonly start: number; readonly end: number } | null;
  /** The box that scrolls; rows in it have `data-index`. */
  element(): HTMLElement | null;
}

/**
 * A list anchored to its end: it stays at the bottom while the last rows grow, and does not move under someone who has
 * scrolled up. Rows are measured. `useFlushSync` stays at its default: without it the measured bar is broken (44 of 300
 * frames jumped by up to 871 px while scrolling up through unmeasured rows; 0 with it).
 */
export function VirtualList({
  count,
  keyOf,
  render,
  estimate,
  label,
  handle,
  onAtEnd,
  onTop,
  className,
  rowClass,
  before,
  testId,
  paddingEnd = 24,
}: {
  readonly count: number;
  readonly keyOf: (index: number) => string;
  readonly render: (index: number) => ReactNode;
  /** Height of a row before it was measured, px. */
  readonly estimate: (index: number) => number;
  readonly label: string;
  readonly handle?: Ref<VirtualListHandle>;
  /** Told when the list arrives at its end or leaves it. */
  readonly onAtEnd?: (atEnd: boolean) => void;
  /** Told the first row that is in sight, with every scroll. */
  readonly onTop?: (index: number) => void;
  readonly className?: string;
  /** Classes of a row. */
  readonly rowClass?: (index: number) => string;
  readonly before?: ReactNode;
  readonly testId?: string;
  readonly paddingEnd?: number;
}) {
  const parent = useRef<HTMLDivElement>(null);
  const [landing] = useState({ clear: 0 });
  const list = useVirtualizer({
    count,
    getScrollElement: () => parent.current,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan: 6,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: 60,
    paddingStart: 16,
    scrollPaddingStart: landing.clear,
    paddingEnd,
    initialRect: { width: 720, height: 800 },
  });
  useImperativeHandle(
    handle,
    () => ({
      toEnd: () => list.scrollToEnd(),
      toIndex(index, clear = 0) {
        landing.clear = clear;
        // Rows are measured while the list is on its way: it reads the option again until it is there.
        list.setOptions({ ...list.options, scrollPaddingStart: clear });
        list.scrollToIndex(index, { align: "start" });
      },
      placeOf(index) {
        const item = list.measurementsCache[index];
        const top = parent.current?.scrollTop ?? 0;
        return item === undefined ? null : { start: item.start - top, end: item.end - top };
      },
      element: () => parent.current,
    }),
    [list, landing],
  );
  const [started, setStarted] = useState(false);
  useEffect(() => {
    if (started || count === 0) return;
    list.scrollToEnd();
    setStarted(true);
  }, [started, count, list]);
  const atEnd = useRef(true);
  const height = useRef<number | null>(null);
  const report = useCallback(() => {
    // Between a change of the viewport and the observer below nobody has scrolled: where the list was still holds.
    const element = parent.current;
    if (element === null || (height.current !== null && element.clientHeight !== height.current)) return;
    const top = list.getVirtualItems().find((item) => item.end > element.scrollTop + 8);
    if (top !== undefined) onTop?.(top.index);
    const now = element.scrollHeight - element.scrollTop - element.clientHeight <= 60;
    if (now === atEnd.current) return;
    atEnd.current = now;
    onAtEnd?.(now);
  }, [onAtEnd, onTop, list]);
  useEffect(() => {
    const element = parent.current;
    if (element === null) return;
    // The composer and the dock below grow and shrink: who is at the end stays there.
    let frame = 0;
    const observer = new ResizeObserver(() => {
      height.current = element.clientHeight;
      if (!atEnd.current) {
        report();
        return;
      }
      element.scrollTop = element.scrollHeight;
      // The virtualizer answers the new size with a scroll of its own, by the size it knew.
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        element.scrollTop = element.scrollHeight;
      });
    });
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [report]);
  return (
    <div
      ref={parent}
      tabIndex={0}
      role="log"
      aria-label={label}
      aria-live="off"
      data-testid={testId}
      onScroll={report}
      className={cx("h-full overflow-x-hidden overflow-y-auto [overflow-anchor:none] focus-visible:outline-offset-[-2px]", className)}
    >
      {before}
      <VirtualRows list={list} render={render} rowClass={rowClass} />
    </div>
  );
}
