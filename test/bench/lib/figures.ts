import { round } from "./samples.ts";

/** One line of `out/bench/NAME.json`. */
export interface Figure {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done by the least (or, for a peer, by another) that can do it; measured in this run, interleaved. */
  readonly floor?: number;
  /** value / floor. */
  readonly ratio?: number;
  /** For people: `<= 1.3 x floor`. */
  readonly target: string;
  readonly ok: boolean;
}

/** Takes one figure. Which runtime measured it is added by who runs the bench. */
export type Report = (figure: Figure) => void;

/** What `npm run bench` hands to a bench. */
export interface Surroundings {
  /** The executable; empty for benches that need none. */
  readonly electron: string;
  readonly electronFlags: readonly string[];
  /** For Electron: a display and a locale. */
  readonly env: NodeJS.ProcessEnv;
  /** Says where the bench is, for the person who waits. */
  progress(where: string): void;
}

/** A figure that is judged by its ratio. Both values are in `unit`; `note` is added to the target. */
export function againstFloor(metric: string, value: number, floor: number, most: number, unit: string, note = ""): Figure {
  return {
    metric,
    value: round(value),
    unit,
    floor: round(floor),
    ratio: round(value / floor),
    target: `<= ${most} x floor${note}`,
    ok: value / floor <= most,
  };
}

/** A figure that is judged as it is. */
export function atMost(metric: string, value: number, most: number, unit: string): Figure {
  return { metric, value: round(value), unit, target: most === 0 ? "0" : `<= ${most} ${unit}`, ok: value <= most };
}
