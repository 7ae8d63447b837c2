import { SpindleError } from "../../protocol/error.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { TaskManager, TaskOrigin } from "../tasks/task-manager.ts";
import type { BackgroundPort } from "../tools/tool.ts";

/** Commands that run and could go on in the background. */
export interface Background {
  /** The port of one call. */
  port(call: TaskOrigin): BackgroundPort;
  /** The person wants it: the call settles, the command goes on as the task that is returned. Throws `not_found`. */
  move(conversationId: string, callId: CallId): TaskRow;
}

/** `tasks` is asked when the first command is moved. */
export function createBackground(tasks: () => Pick<TaskManager, "adopt">): Background {
  const offers = new Map<string, () => TaskRow>();
  const keyOf = (conversationId: string, callId: CallId): string => `${conversationId} ${callId}`;
  return {
    port: (call) => ({
      offer(move) {
        const key = keyOf(call.conversationId, call.callId);
        offers.set(key, move);
        return () => {
          if (offers.get(key) === move) offers.delete(key);
        };
      },
      adopt: (input, work) => tasks().adopt(input, call, work),
    }),
    move(conversationId, callId) {
      const key = keyOf(conversationId, callId);
      const move = offers.get(key);
      if (move === undefined)
        throw new SpindleError("not_found", `The command of call ${callId} does not run any more, or has not begun.`, {
          hint: "Only a command that runs can be moved to the background.",
        });
      // Only then: what could not be moved (too many tasks, a full disk) still runs, and can be tried again.
      const task = move();
      offers.delete(key);
      return task;
    },
  };
}
