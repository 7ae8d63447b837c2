import { memo, useCallback, useMemo } from "react";
import { formatDuration } from "../../lib/format.ts";
import { useKept } from "../../state/row-memory.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { useNow } from "../../state/now.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { axisMarks, formatMark, type Lane, lanesOf } from "./lane-model.ts";
import { LaneRows, mostDrawn } from "./lane-rows.tsx";

/** Rows shown before the rest needs a click. */
const shownLanes = 14;
/** Part of the axis left free at its end, for notes behind the last bars. */
const headroom = 1.06;

/** The time line of a script: one row per call (or group), bars on one axis that grows while the script runs. */
export const Lanes = memo(function Lanes({
  step,
  selected,
  onSelect,
  onLine,
}: {
  readonly step: ScriptStep;
  readonly selected: string | null;
  readonly onSelect: (callId: string) => void;
  readonly onLine: (line: number | null) => void;
}) {
  const running = step.finishedAt === null;
  const now = useNow(running);
  const [unfolded, setUnfolded] = useKept<ReadonlySet<string>>(`${step.key} unfolded`, () => new Set());
  const [all, setAll] = useKept(`${step.key} all`, false);
  const lanes = useMemo(() => lanesOf(step.calls, step.startedAt, unfolded, formatDuration), [step.calls, step.startedAt, unfolded]);
  const lastEnd = useMemo(() => lanes.reduce((most, lane) => Math.max(most, lane.end ?? 0), 0), [lanes]);
  const elapsed = running ? Math.max(now - step.startedAt, 50) : (step.durationMs ?? 0);
  const total = Math.max(elapsed, lastEnd, 1) * headroom;
  const shown = useMemo(() => (all ? lanes : lanes.slice(0, shownLanes)), [all, lanes]);
  const open = useCallback(
    (lane: Lane) => {
      if (lane.open === null) onSelect(lane.key);
      else setUnfolded((before) => toggled(before, lane.key));
    },
    [onSelect, setUnfolded],
  );
  const hidden = lanes.length - shownLanes;
  return (
    <div className="border-t border-line px-1.5 pt-2 pb-1.5">
      <div className="relative">
        <Axis total={total} boxed={shown.length > mostDrawn}>
          <LaneRows lanes={shown} total={total} elapsed={elapsed} selected={selected} onOpen={open} onLine={onLine} />
        </Axis>
      </div>
      {hidden > 0 ? (
        <Button variant="ghost" size="sm" className="ml-1" data-testid="script-more-rows" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer rows" : `Show ${hidden.toLocaleString("en-US")} more ${hidden === 1 ? "row" : "rows"}`}
        </Button>
      ) : null}
    </div>
  );
});

/** The lines of the time axis behind the rows, and its marks below them. */
function Axis({ total, boxed, children }: { readonly total: number; readonly boxed: boolean; readonly children: React.ReactNode }) {
  const marks = axisMarks(total);
  const at = (mark: number) => ({ left: `${(mark / total) * 100}%` });
  // Rows in a box have its scroll bar to their right: 10 px, of which 6 are the padding of the card.
  const inset = boxed ? "pr-3" : "pr-2";
  return (
    <>
      <div aria-hidden className={cx("lane-grid pointer-events-none absolute inset-0 pl-2", inset)}>
        <div className="lane-axis relative h-full">
          {marks.map((mark) => (
            <span key={mark} className="absolute top-0 bottom-5 w-px bg-line" style={at(mark)} />
          ))}
        </div>
      </div>
      {children}
      <div aria-hidden className={cx("lane-grid tabular h-5 pl-2 text-micro text-fg3", inset)}>
        <div className="lane-axis relative">
          {marks.map((mark, index) => (
            <span
              key={mark}
              className={cx(
                "absolute top-0.5 whitespace-nowrap",
                mark > 0 && "-translate-x-1/2",
                index > 0 && index < marks.length - 1 && "@max-[540px]:hidden",
              )}
              style={at(mark)}
            >
              {formatMark(mark)}
            </span>
          ))}
        </div>
      </div>
    </>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
