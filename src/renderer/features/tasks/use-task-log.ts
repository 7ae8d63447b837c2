import { useEffect, useMemo, useRef, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { CallResults } from "../../../protocol/ipc.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { createLogLines } from "./log-lines.ts";
import { createPace, type Pace } from "./pace.ts";

export interface TaskLog {
  readonly lines: readonly string[];
  /** Changes whenever the lines did. */
  readonly version: number;
  /** True when the file has earlier output that is not in `lines`. */
  readonly truncated: boolean;
  readonly loading: boolean;
  readonly error: ErrorData | null;
}

/** Output of a running task is read at most this often (ms), however much it prints. */
const restMs = 250;
/** The most of a file that is read, bytes. */
const wholeBytes = 64 * 1024 * 1024;

const empty = { version: 0, truncated: false, loading: true, error: null } as const;

/**
 * The kept output of a task: its end at first, or all of it (`whole`, up to 64 MiB), or what stands from a byte on (`from`, else
 * null); then only what is new, after each sign of life.
 */
export function useTaskLog(
  { taskId, lastEventAt, status }: Pick<TaskRow, "taskId" | "lastEventAt" | "status">,
  { whole, from }: { readonly whole: boolean; readonly from: number | null },
): TaskLog {
  const [reader, setReader] = useState(() => createReader(taskId, whole, from));
  const [shown, setShown] = useState<Omit<TaskLog, "lines">>(empty);
  if (reader.whole !== whole || reader.from !== from) {
    setReader(createReader(taskId, whole, from));
    setShown(empty);
  }
  const pace = useRef<Pace | null>(null);
  useEffect(() => {
    let current = true;
    const read = () =>
      reader.read().then(
        (news) => {
          if (!current) return;
          setShown((before) => ({
            version: before.version + (news ? 1 : 0),
            truncated: reader.truncated(),
            loading: false,
            error: null,
          }));
        },
        (error: unknown) => {
          if (current) setShown((before) => ({ ...before, loading: false, error: asErrorData(error) }));
        },
      );
    const made = (pace.current = createPace(read, restMs));
    return () => {
      current = false;
      made.stop();
    };
  }, [reader]);
  useEffect(() => pace.current?.ask(), [reader, lastEventAt, status]);
  // The array of lines stays the same while it grows: what changes with it is this object.
  return useMemo(() => ({ lines: reader.lines, ...shown }), [reader, shown]);
}

function createReader(taskId: string, whole: boolean, from: number | null) {
  const log = createLogLines();
  let offset = from;
  let truncated = false;
  const read = async (): Promise<boolean> => {
    let at = offset;
    if (at === null) {
      const tail = await call("tasks.output", { taskId });
      truncated = tail.truncated;
      if (!whole || !tail.truncated) {
        log.add(tail.text);
        offset = tail.nextOffset;
        return true;
      }
      at = Math.max(0, tail.nextOffset - wholeBytes);
      truncated = at > 0;
    }
    const before = at;
    for (;;) {
      const part: CallResults["tasks.output"] = await call("tasks.output", { taskId, offset: at });
      if (part.nextOffset <= at) return at > before;
      log.add(part.text);
      offset = at = part.nextOffset;
    }
  };
  return {
    whole,
    from,
    lines: log.lines,
    truncated: () => truncated,
    /** Reads what is new; true when something was. One at a time. */
    read,
  };
}
