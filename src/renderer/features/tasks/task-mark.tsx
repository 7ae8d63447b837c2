import { Ban, CircleAlert, CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { assertNever } from "../../../protocol/error.ts";
import type { TaskStatus } from "../../../protocol/task.ts";
import { Ring } from "../../ui/ring.tsx";

/** The state of a task as a small sign; the row says it in words. */
export function TaskMark({ status }: { readonly status: TaskStatus }) {
  switch (status) {
    case "running":
      return <Ring />;
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
      return assertNever(status);
  }
}
