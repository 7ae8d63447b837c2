import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { asErrorData, call } from "../../lib/api.ts";

export interface Answer {
  /** The words of an ask's or an agent's result; null for other results, and while there is none. */
  readonly text: string | null;
  /** True when it was stopped before its words were complete. */
  readonly partial: boolean;
  /** Why the rest of a long one cannot be shown. */
  readonly error: ErrorData | null;
}

/** The answer that a task's present run returned, whole: its head at first when the row has no more. */
export function useAnswer({ taskId, run, result, resultCut, finishedAt, late }: TaskRow): Answer {
  const [whole, setWhole] = useState<{ readonly of: string; readonly result: Json } | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const of = `${run} ${finishedAt} ${late?.at}`;
  const wanted = resultCut && answerOf(result) !== null;
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    call("tasks.result", { taskId }).then(
      (read) => {
        if (gone) return;
        setWhole({ of, result: read.result });
        setError(null);
      },
      (thrown: unknown) => {
        if (!gone) setError(asErrorData(thrown));
      },
    );
    return () => {
      gone = true;
    };
  }, [taskId, of, wanted]);
  const shown = wanted && whole?.of === of ? whole.result : result;
  return { text: answerOf(shown), partial: isPartial(shown), error: wanted ? error : null };
}

/** The words of a result that has any. */
function answerOf(result: Json): string | null {
  if (typeof result !== "object" || result === null || !("answer" in result)) return null;
  return typeof result["answer"] === "string" ? result["answer"] : null;
}

function isPartial(result: Json): boolean {
  return typeof result === "object" && result !== null && "partial" in result && result["partial"] === true;
}
