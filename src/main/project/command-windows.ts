import type { FileStamp } from "./file-stamps.ts";

/** When commands ran, to tell which of them may have changed a file. Times are Unix ms. */
export interface CommandWindows<C> {
  /** A command begins now; call what it gives at its end. */
  open(command: C): () => void;
  /** The commands that ran at a moment; when none did, those that were so close that the kernel's clock may be wrong about it. */
  at(time: number): readonly C[];
  /** True for a file that was made since the first of them began. */
  isBornDuring(stamp: FileStamp | null): boolean;
  /** Drops the commands that ended before a moment, and gives them. */
  dropUntil(time: number): readonly C[];
}

/** The kernel's clock for files may lag a few ms behind ours. */
const LAG_MS = 12;

export function createCommandWindows<C>(): CommandWindows<C> {
  let windows: { readonly command: C; readonly start: number; end: number | null }[] = [];
  const within = (time: number, slack: number) =>
    windows.filter((window) => time >= window.start - slack && time <= (window.end ?? Number.POSITIVE_INFINITY) + slack);
  return {
    open(command) {
      const window = { command, start: Date.now(), end: null as number | null };
      windows.push(window);
      return () => {
        window.end = Date.now();
      };
    },
    at(time) {
      const exact = within(time, 0);
      return (exact.length > 0 ? exact : within(time, LAG_MS)).map((window) => window.command);
    },
    isBornDuring: (stamp) => stamp !== null && windows.some((window) => stamp.birth >= window.start - LAG_MS),
    dropUntil(time) {
      const isOver = (window: (typeof windows)[number]): boolean => window.end !== null && window.end <= time;
      const over = windows.filter(isOver).map((window) => window.command);
      windows = windows.filter((window) => !isOver(window));
      return over;
    },
  };
}
