import type { CSSProperties, ReactNode } from "react";
import { cx } from "../../ui/cx.ts";

/**
 * One row on the thread: the thin line that links the agent's steps, a node on it, and the step. `first` and `last`
 * cut the line at the node.
 */
export function ThreadRow({
  node,
  first,
  last,
  nodeTop = 5,
  children,
  className,
}: {
  readonly node: ReactNode;
  readonly first?: boolean;
  readonly last?: boolean;
  /** px from the top of the row to the node, which is 12 px high. */
  readonly nodeTop?: number;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <div className={cx("relative pb-4 pl-7", className)}>
      <span
        aria-hidden
        className="thread-line absolute left-[5px] w-px bg-strong"
        style={
          {
            "--node": `${nodeTop + 6}px`,
            top: first === true ? "var(--node)" : 0,
            bottom: last === true ? "calc(100% - var(--node))" : 0,
          } as CSSProperties
        }
      />
      <span
        aria-hidden
        className="absolute left-[-3px] flex w-[17px] items-center justify-center bg-panel py-1 text-fg3"
        style={{ top: nodeTop - 4, height: 20 }}
      >
        {node}
      </span>
      {children}
    </div>
  );
}

/** The node of prose: a small dot. */
export function Dot() {
  return <span className="size-[5px] rounded-xs bg-deco" />;
}
