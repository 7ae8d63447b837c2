import { z } from "zod";
import { taskStatuses } from "../../protocol/task.ts";
import type { LedgerRecord } from "./record.ts";

const id = z.string().min(1);
const at = z.number();
const owner = z.looseObject({ pid: z.number(), startTime: z.string().nullable() });
const text = z.string();
const used = z.looseObject({ tokens: z.number(), calls: z.number(), usd: z.number().nullable(), bytes: z.number() });
const error = z.looseObject({ code: text, message: text });
const late = z.looseObject({ state: text, at, ageMs: z.number(), changed: z.array(z.unknown()) });
const status = z.enum(taskStatuses);
const task = z.looseObject({
  taskId: id,
  kind: z.enum(["ask", "agent", "exec", "script"]),
  title: text,
  status,
  conversationId: id,
  projectRoot: text,
  createdAt: at,
  lastEventAt: at,
});

/** What a line must hold for its fold to be safe; fields it may lack (older versions) and further ones are left alone. */
const shape = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("created"), task, owner }),
  z.looseObject({ type: z.literal("started"), taskId: id, at, owner }),
  z.looseObject({ type: z.literal("tried"), taskId: id, at, attempt: z.number(), error }),
  z.looseObject({ type: z.literal("agent"), taskId: id, conversationId: id }),
  z.looseObject({ type: z.literal("needs_you"), taskId: id, at, open: z.boolean() }),
  z.looseObject({ type: z.literal("beat"), taskId: id, at, lastLine: text, used }),
  z.looseObject({
    type: z.literal("finished"),
    taskId: id,
    at,
    status,
    text,
    error: error.nullable(),
    lastLine: text,
    used: used.optional(),
  }),
  z.looseObject({ type: z.literal("late"), taskId: id, late, used, text }),
  z.looseObject({ type: z.literal("late_state"), taskId: id, state: text }),
  z.looseObject({ type: z.literal("again"), taskId: id, at, how: z.enum(["resume", "retry"]), owner }),
  z.looseObject({ type: z.literal("cancel_requested"), taskId: id }),
  z.looseObject({ type: z.literal("promoted"), taskId: id, at }),
  z.looseObject({ type: z.literal("message"), taskId: id, text }),
  z.looseObject({ type: z.literal("delivery"), taskId: id, delivery: z.enum(["pending", "delivered", "seen"]) }),
]);

/** True for a line of the ledger that can be folded. Others (damaged, of a newer version) are left out: one bad line must not keep Spindle from starting. */
export function isRecord(value: unknown): value is LedgerRecord {
  return shape.safeParse(value).success;
}
