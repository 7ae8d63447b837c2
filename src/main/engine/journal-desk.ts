import type { ConversationId } from "../../protocol/ids.ts";
import type { UndoResult } from "../../protocol/undo.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { Logger } from "../lib/logger.ts";
import { createQueue, type Queue } from "../lib/queue.ts";
import { createJournal, type Journal } from "../project/journal.ts";
import type { CommandWatch } from "./command-watch.ts";
import { tellUntold, undo, undoUnlogged, type UndoRequest } from "./undo.ts";

/** The journal with what the house does around it: one writer per project, undo, and logs that tell all of it. */
export interface JournalDesk {
  readonly journal: Journal;
  /** Patches, undos and redos of one project wait for each other here. */
  readonly inTurn: Queue;
  /** To be called when a conversation was opened for writing: its log learns what a process that died could not tell. */
  opened(conversation: Conversation): void;
  undo(conversation: Conversation, request: UndoRequest): Promise<UndoResult>;
  /** The same for changes without a conversation; see `undoUnlogged`. */
  undoUnlogged(conversationId: ConversationId, request: UndoRequest): Promise<UndoResult>;
  /** Resolves when every log was told. */
  settled(): Promise<void>;
}

/** Opens the journal in a folder and sets right what was cut short. */
export async function openJournalDesk(folder: string, logger: Logger, watch: Pick<CommandWatch, "hold">): Promise<JournalDesk> {
  const journal = createJournal({ folder });
  const queue = createQueue();
  const inTurn: Queue = (projectRoot, action) =>
    queue(projectRoot, async () => {
      const release = watch.hold(projectRoot);
      try {
        return await action();
      } finally {
        release();
      }
    });
  const telling = new Map<string, Promise<void>>();
  /** Files that recovery left alone, by conversation, until its log was told. */
  const leftAlone = new Map<string, string[]>();
  for (const outcome of await journal.recover()) {
    logger.info("A change of files that was cut short was set right", { ...outcome });
    if (outcome.conflicts.length > 0)
      leftAlone.set(outcome.conversationId, [...(leftAlone.get(outcome.conversationId) ?? []), ...outcome.conflicts]);
  }
  return {
    journal,
    inTurn,
    opened(conversation) {
      const files = leftAlone.get(conversation.id);
      if (files !== undefined)
        conversation.emit({
          type: "notice",
          level: "warn",
          code: "patch_failed",
          message: `Spindle was killed while it changed files. They were put back, except what was changed since: ${files.join(", ")}.`,
        });
      leftAlone.delete(conversation.id);
      const told = tellUntold(conversation, journal)
        .catch((error: unknown) => logger.error(`The journal of conversation ${conversation.id} could not be read`, error))
        .finally(() => telling.delete(conversation.id));
      telling.set(conversation.id, told);
    },
    async undo(conversation, request) {
      await telling.get(conversation.id);
      return undo(conversation, request, { journal, inTurn });
    },
    undoUnlogged: (conversationId, request) => undoUnlogged(conversationId, request, { journal, inTurn }),
    async settled() {
      await Promise.all(telling.values());
    },
  };
}
