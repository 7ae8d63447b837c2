import type { Lane } from "./lane-model.ts";

/** About how much of the axis one letter of a note takes, per cent. */
const noteShare = 1.8;

/** Where the note of a row has room: behind its bar, before it, or nowhere. */
export type NotePlace = "after" | "before" | "none";

/** What is said beside the bar. A group that runs tells it in the right column, a detached call what became of it. */
export function noteOf(lane: Lane): string {
  if (lane.status === "detached") return lane.calls[0]?.subject === lane.subject ? "runs on as a task" : "";
  return lane.status === "running" ? "" : lane.note;
}

/** The place of a row's note on an axis of `total` ms, `elapsed` ms after the script's start. */
export function notePlace(lane: Lane, total: number, elapsed: number): NotePlace {
  const note = noteOf(lane);
  if (note === "") return "none";
  const left = (lane.start / total) * 100;
  const width = lane.status === "detached" ? 0 : Math.max(0, (((lane.end ?? elapsed) - lane.start) / total) * 100);
  const after = 100 - left - width;
  const need = (note.length + 2) * noteShare;
  const before = after < need && left > after;
  if ((before ? left : after) < Math.min(need, 20)) return "none";
  return before ? "before" : "after";
}
