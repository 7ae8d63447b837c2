import { existsSync } from "node:fs";
import path from "node:path";
import { type ConversationId, isRunId } from "../../protocol/ids.ts";
import type { RejectRequest, RejectResult } from "../../protocol/review.ts";
import type { UndoResult } from "../../protocol/undo.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { Logger } from "../lib/logger.ts";
import { createQueue, type Queue } from "../lib/queue.ts";
import { createJournal, type Journal } from "../project/journal.ts";
import type { RecoveredChange } from "../project/journal-recover.ts";
import type { CommandWatch } from "./command-watch.ts";
import { rejectHunks } from "./reject-hunks.ts";
import { tellUntold, undo, undoUnlogged, type UndoRequest } from "./undo.ts";

/** The journal with what the house does around it: one writer per project, undo, and logs that tell all of it. */
export interface JournalDesk {
  readonly journal: Journal;
  /** Patches, undos and redos of one project wait for each other here. */
  readonly inTurn: Queue;
  /** To be called when a conversation was opened for writing: its log learns what a process that died could not tell. */
  opened(conversation: Conversation): void;
  undo(conversation: Conversation, request: UndoRequest): Promise<UndoResult>;
  /** See `rejectHunks`. */
  reject(conversation: Conversation, request: RejectRequest, redact: (text: string) => string): Promise<RejectResult>;
  /** To be called when a conversation was deleted: what it kept of files goes as well. */
  forget(conversationId: ConversationId): Promise<void>;
  /** The same for changes without a conversation; see `undoUnlogged`. */
  undoUnlogged(conversationId: ConversationId, request: UndoRequest): Promise<UndoResult>;
  /** Resolves when every log was told and nothing is being removed any more. */
  close(): Promise<void>;
}

/** When what is not needed any more is removed: this long after the start, and then every so often, ms. */
const SWEEP_AFTER_MS = 20_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Opens the journal of a data folder and sets right what was cut short. */
export async function openJournalDesk(home: string, logger: Logger, watch: Pick<CommandWatch, "hold">): Promise<JournalDesk> {
  const journal = createJournal({ folder: path.join(home, "journal") });
  const queue = createQueue();
  const inTurn: Queue = (projectRoot, action) =>
    queue(projectRoot, () =>
      journal.exclusively(projectRoot, async () => {
        const release = watch.hold(projectRoot);
        try {
          return await action();
        } finally {
          release();
        }
      }),
    );
  const telling = new Map<string, Promise<void>>();
  /** What recovery could not set right, by conversation, until its log was told. */
  const untold = new Map<string, string[]>();
  const recover = async (waitMs?: number): Promise<void> => {
    for (const outcome of await journal.recover(waitMs)) {
      const message = recoveryMessage(outcome);
      logger.info("A change of files that was cut short was found", { ...outcome });
      if (message === null || outcome.origin === null) continue;
      const { conversationId } = outcome.origin;
      untold.set(conversationId, [...(untold.get(conversationId) ?? []), message]);
    }
  };
  // Whatever is wrong with one change of files, Spindle starts.
  await recover().catch((error: unknown) => logger.error("Changes of files that were cut short could not be set right", error));
  let sweeping = Promise.resolve();
  const sweep = (): void => {
    sweeping = journal
      .sweep((id) => isRunId(id) || existsSync(path.join(home, "conversations", id)))
      .then((result) => logger.info("Old contents of files were swept", { ...result }))
      .catch((error: unknown) => logger.error("Old contents of files could not be swept", error));
  };
  const timers = [setTimeout(sweep, SWEEP_AFTER_MS), setInterval(sweep, SWEEP_EVERY_MS)];
  for (const timer of timers) timer.unref();
  return {
    journal,
    inTurn,
    opened(conversation) {
      for (const message of untold.get(conversation.id) ?? [])
        conversation.emit({ type: "notice", level: "warn", code: "patch_failed", message });
      untold.delete(conversation.id);
      const told = tellUntold(conversation, journal)
        .catch((error: unknown) => logger.error(`The journal of conversation ${conversation.id} could not be read`, error))
        .finally(() => telling.delete(conversation.id));
      telling.set(conversation.id, told);
    },
    async undo(conversation, request) {
      await telling.get(conversation.id);
      return undo(conversation, request, { journal, inTurn });
    },
    async reject(conversation, request, redact) {
      await telling.get(conversation.id);
      return rejectHunks(conversation, request, { journal, inTurn, redact });
    },
    undoUnlogged: (conversationId, request) => undoUnlogged(conversationId, request, { journal, inTurn }),
    forget: (conversationId) => journal.forget(conversationId),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...telling.values(), sweeping]);
    },
  };
}

/** What a person has to know of a change that was cut short; null when all is well. */
function recoveryMessage({ outcome, conflicts, reason, id }: RecoveredChange): string | null {
  const killed = "Spindle was killed while it changed files.";
  const files = conflicts.join(", ");
  if (outcome === "left") return `${killed} They could not be put back yet: ${reason}.`;
  if (outcome === "set_aside")
    return `${killed} They could not be put back: ${reason}. Look at ${files === "" ? "the files" : files}; what is known of the change is in journal/aside (${id}) of the data folder.`;
  if (conflicts.length === 0) return null;
  return `${killed} They were ${outcome === "finished" ? "finished" : "put back"}, except what was changed since: ${files}. What ${conflicts.length === 1 ? "it" : "they"} held before can be brought back by undoing with force.`;
}
