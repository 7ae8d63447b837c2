import { type CSSProperties, memo } from "react";
import { ChevronRight } from "lucide-react";
import { cx } from "../../ui/cx.ts";
import { Ring } from "../../ui/ring.tsx";
import { type Lane, sameLane } from "./lane-model.ts";
import { noteOf, type NotePlace } from "./note-place.ts";

const barColor = {
  writing: "bg-bar",
  cut: "bg-deco",
  running: "bg-accent",
  asking: "bg-warn-fill",
  done: "bg-bar",
  failed: "bg-warn-fill",
  cancelled: "bg-deco",
  detached: "bg-accent",
} as const;
const words = {
  writing: "being written",
  cut: "broke off",
  running: "running",
  asking: "waits for you",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  detached: "detached",
} as const;

interface LaneRowProps {
  readonly lane: Lane;
  readonly place: NotePlace;
  readonly selected: boolean;
  readonly onOpen: (lane: Lane) => void;
  readonly onLine: (line: number | null) => void;
}

/**
 * One row of the time line. Where its bar stands it reads from the list around it: `--ms`, the share of the axis that one
 * ms takes, and `--now`. So neither the clock nor a longer axis draws it again.
 */
export const LaneRow = memo(function LaneRow({ lane, place, selected, onOpen, onLine }: LaneRowProps) {
  const detached = lane.status === "detached";
  const group = lane.open !== null;
  return (
    <button
      type="button"
      data-testid="script-lane"
      data-tool={lane.tool}
      data-status={lane.status}
      data-count={lane.calls.length}
      aria-expanded={lane.open ?? selected}
      onClick={() => onOpen(lane)}
      onMouseEnter={() => onLine(lane.line)}
      onMouseLeave={() => onLine(null)}
      onFocus={() => onLine(lane.line)}
      onBlur={() => onLine(null)}
      style={{ "--from": lane.start, "--to": lane.end ?? "var(--now)" } as CSSProperties}
      className={cx("lane-grid h-6 w-full items-center rounded-xs px-2 text-left hover:bg-raise", selected && "bg-selected")}
    >
      <span className="truncate pr-2 font-mono text-label text-fg">{lane.tool}</span>
      <span className="flex min-w-0 items-center gap-0.5 pr-3 font-mono text-label text-fg3">
        <span className="truncate">{lane.subject}</span>
        {group ? (
          <ChevronRight
            size={11}
            aria-hidden
            className={cx("shrink-0 transition-transform duration-100", lane.open === true && "rotate-90")}
          />
        ) : null}
      </span>
      <span className="lane-axis relative block h-full">
        <span
          className={cx("absolute top-1/2 h-1.5 -translate-y-1/2 rounded-full", barColor[lane.status], detached ? "lane-dot" : "lane-bar")}
        />
        {detached ? <span className="lane-tail absolute top-1/2 right-0 h-0 border-t border-dashed border-accent" /> : null}
        {place === "none" ? null : (
          <span
            className={cx(
              "tabular absolute top-1/2 -translate-y-1/2 truncate text-micro text-fg3",
              place === "before" ? "lane-note-before text-right" : detached ? "lane-note-tail" : "lane-note-after",
            )}
          >
            {noteOf(lane)}
          </span>
        )}
      </span>
      <span
        className={cx(
          "tabular flex items-center justify-end truncate pl-2 text-micro",
          lane.status === "failed" || lane.status === "asking" ? "text-warn" : "text-fg3",
        )}
      >
        <span className="sr-only">
          {words[lane.status]}
          {lane.line === null ? "" : `, line ${lane.line}`}
        </span>
        {lane.status !== "running" ? lane.outcome : lane.note === "" ? <Ring size={12} /> : lane.note}
      </span>
    </button>
  );
}, sameRow);

function sameRow(a: LaneRowProps, b: LaneRowProps): boolean {
  return sameLane(a.lane, b.lane) && a.place === b.place && a.selected === b.selected && a.onOpen === b.onOpen && a.onLine === b.onLine;
}
