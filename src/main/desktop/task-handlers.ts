import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { Engine } from "../engine.ts";
import { openNeeds } from "./needs.ts";
import type { Handlers } from "./serve-calls.ts";
import { shownTask, shownTasks } from "./task-rows.ts";

type Names = Extract<keyof Handlers, `tasks.${string}`> | "attention.list";

/** What a window may ask about tasks. */
export function taskHandlers(engine: Engine, window: { project(): ProjectInfo | null; pushRows(): void }): Pick<Handlers, Names> {
  const { tasks } = engine;
  return {
    "tasks.list": ({ scope }) => {
      const root = window.project()?.root ?? null;
      return shownTasks(engine).filter((task) => root !== null && (scope === "all" || task.projectRoot === root));
    },
    "tasks.row": ({ taskId }) => shownTask(engine, tasks.row(taskId)),
    "tasks.history": ({ taskId }) => tasks.history(taskId),
    "tasks.cancel": async ({ taskId }) => ({ stopped: await tasks.cancel(taskId) }),
    "tasks.result": ({ taskId }) => ({ result: tasks.resultOf(taskId).result }),
    "tasks.output": ({ taskId, offset }) => tasks.output(taskId, offset),
    "tasks.retry": ({ taskId }) => tasks.again(taskId, "retry"),
    "tasks.resume": ({ taskId }) => tasks.again(taskId, "resume"),
    "tasks.promote": ({ taskId }) => tasks.promote(taskId),
    "tasks.message": ({ taskId, text, attachments }) => {
      tasks.message(taskId, text, attachments);
      return null;
    },
    "tasks.late": ({ taskId, choice }) => {
      const settled = engine.late.settle(taskId, choice);
      window.pushRows();
      return settled;
    },
    "attention.list": () => openNeeds(engine),
  };
}
