import { ephemeralTypes, type EventBody, type EventType, type SpindleEvent } from "../../protocol/event.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { openJsonl, readJsonl } from "../lib/jsonl.ts";
import type { Redactor } from "../lib/redact.ts";
import { createEventRedactor } from "./redact-event.ts";

/** The log of one conversation: everything else is folded from it. */
export interface ConversationLog {
  /** All logged events, oldest first. */
  readonly events: readonly SpindleEvent[];
  /** Gives the event its place and time; logged types are on disk when it returns. */
  append(body: EventBody): SpindleEvent;
  close(): void;
}

/** Events after which losing the machine would lose something a person did or a file that changed: these wait for the disk. */
const synced: ReadonlySet<EventType> = new Set<EventType>([
  "user_message",
  "patch_applied",
  "patch_reverted",
  "hunks_marked",
  "approval_answered",
  "task_delivered",
  "turn_finished",
  "turn_failed",
]);

/** Opens a log for writing; `redact` is applied to every text of an event, pushed or logged. A damaged log is repaired and says so in a `notice`. */
export function openConversationLog(file: string, conversationId: ConversationId, redact: Redactor, now: () => number): ConversationLog {
  const opened = openJsonl(file);
  const events = opened.records.filter(isEvent);
  const badLines = opened.repair.badLines + opened.records.length - events.length;
  let seq = events.at(-1)?.seq ?? 0;
  const redacted = createEventRedactor(redact);
  const append = (body: EventBody): SpindleEvent => {
    const ephemeral = ephemeralTypes.has(body.type);
    if (!ephemeral) seq++;
    const event = redacted({ ...body, conversationId, seq, time: now() });
    if (!ephemeral) {
      opened.file.append(event, { sync: synced.has(body.type) });
      events.push(event);
    }
    return event;
  };
  if (opened.repair.tornBytes > 0 || badLines > 0) {
    append({ type: "notice", level: "warn", code: "log_damaged", message: damage(opened.repair.tornBytes, badLines, file) });
  }
  return { events, append, close: () => opened.file.close() };
}

/** Reads a log that another process may be writing. */
export function readConversationLog(file: string): readonly SpindleEvent[] {
  return readJsonl(file).records.filter(isEvent);
}

function damage(tornBytes: number, badLines: number, file: string): string {
  const parts: string[] = [];
  if (tornBytes > 0) parts.push(`the last line was cut (${tornBytes} bytes, kept in ${file}.torn)`);
  if (badLines > 0) parts.push(`${badLines} ${badLines === 1 ? "line is" : "lines are"} unreadable and left out`);
  return `The log of this conversation was damaged, probably because Spindle was killed: ${parts.join("; ")}. Everything else is here.`;
}

function isEvent(value: unknown): value is SpindleEvent {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    "seq" in value &&
    typeof value.seq === "number" &&
    "time" in value
  );
}
