import type { EventType } from "../../protocol/event.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { Git } from "../engine/git.ts";
import type { Logger } from "../lib/logger.ts";

/** Events after which git may have something else to say. */
export const statusEvents: ReadonlySet<EventType> = new Set<EventType>([
  "turn_finished",
  "turn_failed",
  "patch_applied",
  "patch_reverted",
  "files_changed_by_command",
]);

export interface ProjectStatusOptions {
  readonly git: Pick<Git, "describe">;
  readonly logger: Pick<Logger, "error">;
  project(): ProjectInfo | null;
  /** Branch or changes of the open project are others. */
  changed(project: ProjectInfo): void;
  /** How long to gather reasons before git is asked. */
  readonly waitMs: number;
}

/** Keeps the window's branch and number of changes up to date: one question at a time, at most one per `waitMs`. */
export function createProjectStatus(options: ProjectStatusOptions): { ask(): void; close(): void } {
  let timer: NodeJS.Timeout | null = null;
  let asking = false;
  let closed = false;
  const ask = (): void => {
    if (closed) return;
    timer ??= setTimeout(() => void look(), options.waitMs);
  };
  const look = async (): Promise<void> => {
    timer = null;
    const before = options.project();
    if (before === null) return;
    // What happened meanwhile is looked at afterwards.
    if (asking) return ask();
    asking = true;
    try {
      const found = await options.git.describe(before.root);
      const now = options.project();
      if (closed || now === null || now.root !== before.root) return;
      // Trust taken back while git was asked: the answer is not shown.
      const changes = now.trusted ? found.changes : null;
      if (now.branch !== found.branch || now.changes !== changes) options.changed({ ...now, branch: found.branch, changes });
    } catch (error) {
      if (!closed) options.logger.error("Git could not be asked about the project", error);
    } finally {
      asking = false;
    }
  };
  return {
    ask,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
