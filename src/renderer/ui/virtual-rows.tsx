import type { Virtualizer } from "@tanstack/react-virtual";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** The rows of a virtual list that are in the page, each where it belongs; measured as they are drawn. */
export function VirtualRows({
  list,
  render,
  rowClass,
}: {
  readonly list: Virtualizer<HTMLDivElement, Element>;
  readonly render: (index: number) => ReactNode;
  /** Classes of a row. */
  readonly rowClass?: ((index: number) => string) | undefined;
}) {
  return (
    <div className="relative w-full" style={{ height: list.getTotalSize() }}>
      {list.getVirtualItems().map((item) => (
        <div
          key={item.key}
          ref={list.measureElement}
          data-index={item.index}
          className={cx("absolute top-0 left-0 w-full", rowClass?.(item.index))}
          style={{ transform: `translateY(${item.start}px)` }}
        >
          {render(item.index)}
        </div>
      ))}
    </div>
  );
}
