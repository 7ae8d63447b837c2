import type { LogLevel, SpindleEvent } from "../../protocol/event.ts";
import type { CallId } from "../../protocol/ids.ts";

export interface LogLine {
  readonly level: LogLevel | "stdout" | "stderr";
  readonly text: string;
  /** Line of the script that wrote it. */
  readonly line: number | null;
}

/** Lines kept per call; older ones are dropped from the window (the log on disk has them). */
const keptLines = 2_000;
/** Size kept per call and of all calls together: characters, and a little for each line. */
const keptSize = 400_000;
const keptTotal = 4_000_000;
const lineSize = 40;
/** A longer line goes on in another one. */
const longestLine = 8_000;

interface Ring {
  lines: LogLine[];
  size: number;
  dropped: number;
  /** The open line was left with a carriage return: what comes next writes over it. */
  returned: boolean;
}

let total = 0;

/**
 * Log lines of scripts and live output of commands, outside the stores: thousands of lines a second must not copy
 * state. A view counts them (`logCount`, `outputBytes`) and reads the ring when that number changes.
 */
const rings = new Map<CallId, Ring>();

/** Takes the log lines and output out of a batch, once, before the batch is folded. */
export function recordLogs(events: readonly SpindleEvent[]): void {
  for (const event of events) {
    if (event.type === "script_log")
      for (const text of pieces(event.text)) append(event.callId, { level: event.level, text, line: event.scriptLine ?? null });
    else if (event.type === "tool_output") appendOutput(event.callId, event.stream, event.text);
  }
}

/** Lines of a call, oldest first, and how many were dropped before them. */
export function readLogs(callId: CallId): { readonly lines: readonly LogLine[]; readonly dropped: number } {
  const ring = rings.get(callId);
  return ring === undefined ? { lines: [], dropped: 0 } : { lines: ring.lines, dropped: ring.dropped };
}

/** Forgets everything: another conversation is shown. */
export function clearLogs(): void {
  rings.clear();
  total = 0;
}

function appendOutput(callId: CallId, stream: "stdout" | "stderr", text: string): void {
  const ring = ringOf(callId);
  for (const [index, part] of text.replaceAll("\r\n", "\n").split("\n").entries()) {
    const last = ring.lines.at(-1);
    // A chunk goes on where the last one of the stream stopped: its open line is the ring's last.
    const open = index === 0 && last?.level === stream ? last.text : null;
    if (open === null) ring.returned = false;
    if (open !== null && part === "") continue;
    const line = written(ring.returned ? "" : (open ?? ""), part);
    ring.returned = part.endsWith("\r");
    if (open !== null) resize(ring, -sizeOf(ring.lines.pop()));
    for (const piece of pieces(line)) append(callId, { level: stream, text: piece, line: null });
  }
}

/** A line after `part` came: a carriage return goes back to its beginning, as progress bars do. */
function written(line: string, part: string): string {
  const [first = "", ...turns] = part.split("\r");
  return turns.findLast((turn) => turn !== "") ?? line + first;
}

function pieces(line: string): readonly string[] {
  if (line.length <= longestLine) return [line];
  return Array.from({ length: Math.ceil(line.length / longestLine) }, (_, at) => line.slice(at * longestLine, (at + 1) * longestLine));
}

function append(callId: CallId, line: LogLine): void {
  const ring = ringOf(callId);
  ring.lines.push(line);
  resize(ring, sizeOf(line));
  if (ring.lines.length > keptLines * 1.25 || ring.size > keptSize * 1.25) trim(ring);
  if (total > keptTotal) emptyOldest();
}

function trim(ring: Ring): void {
  let drop = Math.max(0, ring.lines.length - keptLines);
  let size = ring.lines.slice(0, drop).reduce((sum, each) => sum + sizeOf(each), 0);
  while (ring.size - size > keptSize && drop < ring.lines.length - 1) size += sizeOf(ring.lines[drop++]);
  ring.lines = ring.lines.slice(drop);
  ring.dropped += drop;
  resize(ring, -size);
}

/** The calls that wrote nothing for the longest time lose their lines first. */
function emptyOldest(): void {
  for (const ring of rings.values()) {
    if (total <= keptTotal * 0.8) return;
    ring.dropped += ring.lines.length;
    ring.lines = [];
    resize(ring, -ring.size);
  }
}

function resize(ring: Ring, by: number): void {
  ring.size += by;
  total += by;
}

function sizeOf(line: LogLine | undefined): number {
  return line === undefined ? 0 : line.text.length + lineSize;
}

/** The ring of a call, as the one that was written last. */
function ringOf(callId: CallId): Ring {
  const ring = rings.get(callId) ?? { lines: [], size: 0, dropped: 0, returned: false };
  rings.delete(callId);
  rings.set(callId, ring);
  return ring;
}
