import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useRef } from "react";
import type { Lane } from "./lane-model.ts";
import { LaneRow } from "./lane-row.tsx";
import { MoveLane } from "./move-lane.tsx";
import { notePlace } from "./note-place.ts";

/** More rows than this scroll in a box, and only those in sight are in the page. */
export const mostDrawn = 60;
const rowHeight = 24;
const boxHeight = 18 * rowHeight;

interface LaneRowsProps {
  readonly lanes: readonly Lane[];
  /** ms from the script's start to the end of the axis. */
  readonly total: number;
  /** ms since the script's start. */
  readonly elapsed: number;
  readonly selected: string | null;
  readonly onOpen: (lane: Lane) => void;
  readonly onLine: (line: number | null) => void;
}

/** The rows of a time line, all of them or those in sight. */
export function LaneRows(props: LaneRowsProps) {
  const axis = { "--ms": `${100 / props.total}%`, "--now": props.elapsed } as CSSProperties;
  return props.lanes.length > mostDrawn ? <VirtualRows {...props} axis={axis} /> : <AllRows {...props} axis={axis} />;
}

const name = "Calls of the script";

function AllRows({ lanes, axis, ...rest }: LaneRowsProps & { readonly axis: CSSProperties }) {
  return (
    <ul aria-label={name} style={axis}>
      {lanes.map((lane) => (
        <li key={lane.key} className="group/lane relative">
          <LaneItem lane={lane} {...rest} />
        </li>
      ))}
    </ul>
  );
}

function VirtualRows({ lanes, axis, ...rest }: LaneRowsProps & { readonly axis: CSSProperties }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: lanes.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => lanes[index]?.key ?? index,
    overscan: 6,
    initialRect: { width: 680, height: boxHeight },
  });
  return (
    <div
      ref={box}
      data-testid="script-lanes-box"
      style={{ height: boxHeight }}
      className="-mr-1.5 overflow-x-hidden overflow-y-scroll [overflow-anchor:none]"
    >
      <ul aria-label={name} className="relative" style={{ ...axis, height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const lane = lanes[item.index];
          return lane === undefined ? null : (
            <li
              key={item.key}
              aria-setsize={lanes.length}
              aria-posinset={item.index + 1}
              className="group/lane absolute top-0 left-0 w-full"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LaneItem lane={lane} {...rest} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function LaneItem({ lane, total, elapsed, selected, onOpen, onLine }: Omit<LaneRowsProps, "lanes"> & { readonly lane: Lane }) {
  return (
    <>
      <LaneRow
        lane={lane}
        place={notePlace(lane, total, elapsed)}
        selected={lane.open === null && lane.key === selected}
        onOpen={onOpen}
        onLine={onLine}
      />
      {lane.end === null ? <MoveLane lane={lane} /> : null}
    </>
  );
}
