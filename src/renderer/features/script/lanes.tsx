import { Waypoints } from "lucide-react";
import { memo, useMemo, useState } from "react";
import { formatDuration } from "../../lib/format.ts";
import { isMovable, moveToBackground, offerAfterMs } from "../../state/background.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { useNow } from "../../state/now.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Ring } from "../../ui/ring.tsx";
import { axisMarks, formatMark, type Lane, lanesOf } from "./lane-model.ts";

/** Rows shown before the rest needs a click. */
const shownLanes = 14;
/** Part of the axis left free at its end, for notes behind the last bars. */
const headroom = 1.06;
/** Space between a bar and its note, px. */
const noteGap = 6;
/** About how much of the axis one letter of a note takes, per cent. */
const noteShare = 1.8;

/** The time line of a script: one row per call (or group), bars on one axis that grows while the script runs. */
export function Lanes({
  step,
  selected,
  onSelect,
  onLine,
}: {
  readonly step: ScriptStep;
  readonly selected: string | null;
  readonly onSelect: (callId: string | null) => void;
  readonly onLine: (line: number | null) => void;
}) {
  const running = step.finishedAt === null;
  const now = useNow(running);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const lanes = useMemo(() => lanesOf(step.calls, step.startedAt, unfolded, formatDuration), [step.calls, step.startedAt, unfolded]);
  const ends = lanes.map((lane) => lane.end ?? 0);
  const elapsed = running ? Math.max(now - step.startedAt, 50) : (step.durationMs ?? 0);
  const total =
    Math.max(
      elapsed,
      ends.reduce((most, end) => Math.max(most, end), 0),
      1,
    ) * headroom;
  const marks = axisMarks(total);
  const shown = all ? lanes : lanes.slice(0, shownLanes);
  const open = (lane: Lane) => {
    const [only] = lane.calls;
    if (lane.calls.length > 1) setUnfolded(new Set([...unfolded, lane.key.slice("group:".length)]));
    else if (only !== undefined) onSelect(only.callId);
  };
  return (
    <div className="border-t border-line px-1.5 pt-2 pb-1.5">
      <div className="relative">
        <div aria-hidden className="lane-grid pointer-events-none absolute inset-x-2 top-0 bottom-0">
          <div className="lane-axis relative h-full">
            {marks.map((mark) => (
              <span key={mark} className="absolute top-0 bottom-5 w-px bg-line" style={{ left: `${(mark / total) * 100}%` }} />
            ))}
          </div>
        </div>
        <ul aria-label="Calls of the script">
          {shown.map((lane) => (
            <li key={lane.key} className="group/lane relative">
              <LaneRow
                lane={lane}
                total={total}
                elapsed={lane.end === null ? elapsed : 0}
                selected={lane.calls.length === 1 && lane.key === selected}
                onOpen={open}
                onLine={onLine}
              />
              {lane.end === null ? <MoveLane lane={lane} elapsed={elapsed - lane.start} /> : null}
            </li>
          ))}
        </ul>
        <div aria-hidden className="lane-grid tabular h-5 px-2 text-micro text-fg3">
          <div className="lane-axis relative">
            {marks.map((mark, index) => (
              <span
                key={mark}
                className={cx(
                  "absolute top-0.5 whitespace-nowrap",
                  mark > 0 && "-translate-x-1/2",
                  index > 0 && index < marks.length - 1 && "@max-[540px]:hidden",
                )}
                style={{ left: `${(mark / total) * 100}%` }}
              >
                {formatMark(mark)}
              </span>
            ))}
          </div>
        </div>
      </div>
      {lanes.length > shown.length ? (
        <Button variant="ghost" size="sm" className="ml-1" onClick={() => setAll(true)}>
          Show {lanes.length - shown.length} more rows
        </Button>
      ) : null}
    </div>
  );
}

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

/** Over the row's end, on hover and for the keyboard. */
function MoveLane({ lane, elapsed }: { readonly lane: Lane; readonly elapsed: number }) {
  const [only] = lane.calls;
  if (only === undefined || lane.calls.length > 1 || !isMovable(only) || elapsed < offerAfterMs) return null;
  return (
    <IconButton
      label="Move to background: the command goes on as a task with all it has printed"
      size="sm"
      data-testid="move-to-background"
      className="absolute top-0 right-1 h-6 bg-raise opacity-0 group-hover/lane:opacity-100 focus-visible:opacity-100"
      onClick={() => moveToBackground(only.callId)}
    >
      <Waypoints size={12} aria-hidden />
    </IconButton>
  );
}

interface RowProps {
  readonly lane: Lane;
  readonly total: number;
  /** ms since the script's start, for a lane that runs; 0 otherwise, so that finished lanes do not re-render with the clock. */
  readonly elapsed: number;
  readonly selected: boolean;
  readonly onOpen: (lane: Lane) => void;
  readonly onLine: (line: number | null) => void;
}

const LaneRow = memo(function LaneRow({ lane, total, elapsed, selected, onOpen, onLine }: RowProps) {
  const end = lane.end ?? Math.max(elapsed, lane.start);
  const left = (lane.start / total) * 100;
  const width = Math.max(0, ((end - lane.start) / total) * 100);
  const failed = lane.status === "failed";
  const tail = lane.status === "detached";
  const tells = lane.status === "running" && lane.note !== "";
  const told = tells ? "" : tail ? (lane.calls[0]?.subject === lane.subject ? "runs on as a task" : "") : lane.note;
  const need = told.length * noteShare + noteShare * 2;
  const after = tail ? 100 - left : 100 - left - width;
  const late = after < need && left > after;
  const note = (late ? left : after) < Math.min(need, 20) ? "" : told;
  return (
    <button
      type="button"
      data-testid="script-lane"
      data-tool={lane.tool}
      data-status={lane.status}
      data-count={lane.calls.length}
      aria-expanded={lane.calls.length > 1 ? false : selected}
      onClick={() => onOpen(lane)}
      onMouseEnter={() => onLine(lane.line)}
      onMouseLeave={() => onLine(null)}
      onFocus={() => onLine(lane.line)}
      onBlur={() => onLine(null)}
      className={cx("lane-grid h-6 w-full items-center rounded-xs px-2 text-left hover:bg-raise", selected && "bg-selected")}
    >
      <span className="truncate pr-2 font-mono text-label text-fg">{lane.tool}</span>
      <span className="truncate pr-3 font-mono text-label text-fg3">{lane.subject}</span>
      <span className="lane-axis relative block h-full">
        <span
          className={cx("absolute top-1/2 h-1.5 min-w-1.5 -translate-y-1/2 rounded-full", barColor[lane.status])}
          style={{ left: `min(${left}%, calc(100% - 6px))`, width: tail ? 6 : `${width}%` }}
        />
        {tail ? (
          <span className="absolute top-1/2 right-0 h-0 border-t border-dashed border-accent" style={{ left: `calc(${left}% + 8px)` }} />
        ) : null}
        {note === "" ? null : (
          <span
            className={cx("tabular absolute top-1/2 -translate-y-1/2 truncate text-micro text-fg3", late && "text-right")}
            style={
              late
                ? { right: `calc(max(${100 - left}%, 6px) + ${noteGap}px)`, maxWidth: `calc(${left}% - ${2 * noteGap}px)` }
                : {
                    // A bar is never narrower than 6 px; the line of a detached call begins behind its dot.
                    left: tail ? `calc(${left}% + 14px)` : `calc(${left}% + max(${width}%, 6px) + ${noteGap}px)`,
                    maxWidth: `calc(${after}% - ${3 * noteGap}px)`,
                    ...(tail ? { background: "var(--card)", padding: "0 4px" } : {}),
                  }
            }
          >
            {note}
          </span>
        )}
      </span>
      <span
        className={cx(
          "tabular flex items-center justify-end truncate pl-2 text-micro",
          failed || lane.status === "asking" ? "text-warn" : "text-fg3",
        )}
      >
        <span className="sr-only">
          {words[lane.status]}
          {lane.line === null ? "" : `, line ${lane.line}`}
        </span>
        {tells ? lane.note : lane.status === "running" ? <Ring size={12} /> : lane.outcome}
      </span>
    </button>
  );
});
