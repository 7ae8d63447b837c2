import { Ban, CircleAlert, CircleCheck, CircleDashed, CircleX, TriangleAlert } from "lucide-react";
import { assertNever } from "../../../protocol/error.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { Ring } from "../../ui/ring.tsx";
import { taskProgress } from "./task-words.ts";

/** The state of a task as a small sign; the row says it in words. */
export function TaskMark({ row }: { readonly row: TaskRow }) {
  if (row.late?.state === "waiting") return <CircleAlert size={14} aria-hidden className="shrink-0 text-warn" />;
  switch (row.status) {
    case "running": {
      if (row.stalled) return <TriangleAlert size={14} aria-hidden data-testid="task-stalled" className="shrink-0 text-warn" />;
      const value = taskProgress(row);
      return value === null ? <Ring /> : <Ring value={value} />;
    }
    case "queued":
      return <CircleDashed size={14} aria-hidden className="shrink-0 text-fg3" />;
    case "needs_you":
      return <CircleAlert size={14} aria-hidden className="shrink-0 text-warn" />;
    case "succeeded":
      return <CircleCheck size={14} aria-hidden className="shrink-0 text-add" />;
    case "cancelled":
      return <Ban size={14} aria-hidden className="shrink-0 text-fg3" />;
    case "failed":
    case "timed_out":
    case "interrupted":
      return <CircleX size={14} aria-hidden className="shrink-0 text-del" />;
    default:
      return assertNever(row.status);
  }
}
