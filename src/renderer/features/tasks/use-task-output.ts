import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { asErrorData, call } from "../../lib/api.ts";

export interface TaskOutput {
  readonly text: string;
  readonly truncated: boolean;
  readonly loading: boolean;
  readonly error: ErrorData | null;
}

/** Output of a running task is read again this long after it was last heard of (ms): bursts cost one read. */
const settleMs = 250;

/** The kept output of a task, read when its page opens and again after each sign of life. */
export function useTaskOutput({ taskId, lastEventAt, status }: Pick<TaskRow, "taskId" | "lastEventAt" | "status">): TaskOutput {
  const [output, setOutput] = useState<TaskOutput>({ text: "", truncated: false, loading: true, error: null });
  const first = output.loading;
  useEffect(() => {
    let current = true;
    const read = () =>
      call("tasks.output", { taskId }).then(
        ({ text, truncated }) => current && setOutput({ text, truncated, loading: false, error: null }),
        (error: unknown) => current && setOutput((before) => ({ ...before, loading: false, error: asErrorData(error) })),
      );
    const timer = setTimeout(() => void read(), first ? 0 : settleMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [taskId, lastEventAt, status, first]);
  return output;
}
