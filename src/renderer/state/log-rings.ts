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
const keptChars = 400_000;

interface Ring {
  lines: LogLine[];
  chars: number;
  dropped: number;
}

/**
 * Log lines of scripts and live output of commands, outside the stores: thousands of lines a second must not copy
 * state. A view counts them (`logCount`, `outputBytes`) and reads the ring when that number changes.
 */
const rings = new Map<CallId, Ring>();

/** Takes the log lines and output out of a batch, once, before the batch is folded. */
export function recordLogs(events: readonly SpindleEvent[]): void {
  for (const event of events) {
    if (event.type === "script_log") append(event.callId, { level: event.level, text: event.text, line: event.scriptLine ?? null });
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
}

function appendOutput(callId: CallId, stream: "stdout" | "stderr", text: string): void {
  const ring = ringOf(callId);
  const parts = text.split("\n");
  const last = ring.lines.at(-1);
  const first = parts.shift() ?? "";
  // A chunk goes on where the last one of the stream stopped: its open line is the ring's last.
  if (last?.level === stream) {
    ring.lines[ring.lines.length - 1] = { ...last, text: last.text + first };
    ring.chars += first.length;
  } else append(callId, { level: stream, text: first, line: null });
  for (const part of parts) append(callId, { level: stream, text: part, line: null });
}

function append(callId: CallId, line: LogLine): void {
  const ring = ringOf(callId);
  ring.lines.push(line);
  ring.chars += line.text.length;
  if (ring.lines.length <= keptLines * 1.25 && ring.chars <= keptChars * 1.25) return;
  let drop = Math.max(0, ring.lines.length - keptLines);
  let chars = ring.lines.slice(0, drop).reduce((sum, each) => sum + each.text.length, 0);
  while (ring.chars - chars > keptChars && drop < ring.lines.length - 1) chars += ring.lines[drop++]?.text.length ?? 0;
  ring.lines = ring.lines.slice(drop);
  ring.chars -= chars;
  ring.dropped += drop;
}

function ringOf(callId: CallId): Ring {
  let ring = rings.get(callId);
  if (ring === undefined) {
    ring = { lines: [], chars: 0, dropped: 0 };
    rings.set(callId, ring);
  }
  return ring;
}
