import type { TaskId } from "../../protocol/ids.ts";
import type { ProviderId, TaskSettings } from "../../protocol/settings.ts";
import type { TaskKind } from "../../protocol/task.ts";
import type { Guard } from "./guard.ts";

/** A task in the queue or at work, as far as places go. */
export interface Seat {
  readonly taskId: TaskId;
  readonly kind: TaskKind;
  readonly depth: number;
  /** Whose model it needs; null for commands and scripts. */
  readonly provider: ProviderId | null;
}

/** Who waits, who works, and who may start next. Queues, never refuses. */
export interface TaskQueue {
  add(seat: Seat): void;
  /** Takes a waiting task out; false when it does not wait. */
  remove(taskId: TaskId): boolean;
  /** The next one that may start; it has a place from now on. Null when none may. */
  take(): Seat | null;
  /** Gives a place to a task that works already, whatever the limit. */
  enter(seat: Seat): void;
  leave(taskId: TaskId): void;
  /** Gives a place away while its task only waits; the function takes it back, at once, even when none is free. */
  lend(taskId: TaskId): () => void;
  /** True while a task only waits and has given its place away. */
  isLent(taskId: TaskId): boolean;
  waiting(): readonly TaskId[];
  /** Tasks that work. */
  working(): number;
  /** Why a waiting task does not start though its turn may have come; null when it only waits for a place. */
  reason(taskId: TaskId): string | null;
  /** When to look again because a pause ends, Unix ms; null when no pause holds anybody. */
  nextLook(): number | null;
}

export function createTaskQueue(deps: {
  readonly guard: Guard;
  readonly maxRunning: () => number;
  readonly settings: () => TaskSettings;
  /** Agents and scripts at work at once, at most, those that only wait included. */
  readonly scriptPlaces: number;
}): TaskQueue {
  const queue: Seat[] = [];
  const working = new Map<TaskId, Seat>();
  const lent = new Map<TaskId, number>();
  const reasons = new Map<TaskId, string>();
  let next: number | null = null;
  const holds = (): Seat[] => [...working.values()].filter((seat) => (lent.get(seat.taskId) ?? 0) === 0);
  return {
    add: (seat) => void queue.push(seat),
    remove(taskId) {
      const at = queue.findIndex((seat) => seat.taskId === taskId);
      if (at >= 0) queue.splice(at, 1);
      reasons.delete(taskId);
      return at >= 0;
    },
    take() {
      next = null;
      reasons.clear();
      const at = holds();
      if (at.length >= deps.maxRunning()) return null;
      for (const [index, seat] of queue.entries()) {
        const block = deps.guard.blocked(seat.kind, seat.provider);
        if (block !== null) {
          reasons.set(seat.taskId, block.reason);
          next = Math.min(next ?? block.until, block.until);
          continue;
        }
        if (seat.provider !== null) {
          const { perProvider } = deps.settings();
          if (at.filter((one) => one.provider === seat.provider).length >= perProvider) {
            reasons.set(seat.taskId, `${perProvider} tasks run at ${seat.provider} already`);
            continue;
          }
        }
        // The last places are for deeper tasks, which end by themselves: those above wait for them.
        if (mayWaitForTasks(seat)) {
          const scripts = [...working.values()].filter(mayWaitForTasks).length;
          if (scripts >= Math.max(1, deps.scriptPlaces - Math.max(0, deps.settings().maxDepth - seat.depth))) {
            reasons.set(seat.taskId, `${scripts} agents and scripts are at work or wait for their tasks`);
            continue;
          }
        }
        queue.splice(index, 1);
        working.set(seat.taskId, seat);
        deps.guard.begun(seat.kind, seat.provider);
        return seat;
      }
      return null;
    },
    enter: (seat) => void working.set(seat.taskId, seat),
    leave(taskId) {
      working.delete(taskId);
      lent.delete(taskId);
    },
    lend(taskId) {
      lent.set(taskId, (lent.get(taskId) ?? 0) + 1);
      let given = true;
      return () => {
        if (given && lent.has(taskId)) lent.set(taskId, (lent.get(taskId) ?? 1) - 1);
        given = false;
      };
    },
    isLent: (taskId) => (lent.get(taskId) ?? 0) > 0,
    waiting: () => queue.map((seat) => seat.taskId),
    working: () => working.size,
    reason: (taskId) => reasons.get(taskId) ?? null,
    nextLook: () => next,
  };
}

function mayWaitForTasks({ kind }: Seat): boolean {
  return kind === "script" || kind === "agent";
}
