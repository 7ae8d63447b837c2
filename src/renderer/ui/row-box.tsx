import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import { cx } from "./cx.ts";
import { VirtualRows } from "./virtual-rows.tsx";

export interface RowBoxHandle {
  /** Brings a row to the middle of the box. */
  show(index: number): void;
}

/**
 * A box that scrolls through any number of rows of text, of which only those in sight are in the page. It takes the height of
 * its rows up to what `className` allows. Rows are measured, so their lines may wrap.
 */
export function RowBox({
  count,
  render,
  label,
  rowHeight = 20,
  handle,
  className,
  testId,
}: {
  readonly count: number;
  readonly render: (index: number) => ReactNode;
  readonly label: string;
  /** Height of a row before it was measured, px. */
  readonly rowHeight?: number;
  readonly handle?: Ref<RowBoxHandle>;
  readonly className?: string;
  readonly testId?: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: { width: 640, height: 380 },
  });
  useImperativeHandle(handle, () => ({ show: (index) => list.scrollToIndex(index, { align: "center" }) }), [list]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={label}
      data-testid={testId}
      data-rows={count}
      className={cx("overflow-x-hidden overflow-y-auto [overflow-anchor:none] focus-visible:outline-offset-[-2px]", className)}
    >
      <VirtualRows list={list} render={render} />
    </div>
  );
}
