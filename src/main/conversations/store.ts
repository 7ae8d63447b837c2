import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import { type ConversationId, makeId } from "../../protocol/ids.ts";
import { lockFile } from "../lib/file-lock.ts";
import { type Conversation, createConversation, type TurnSetup, type TurnStart } from "./conversation.ts";
import { orphanEnds } from "./close-orphans.ts";
import type { Redactor } from "../lib/redact.ts";
import { openConversationLog, readConversationLog } from "./log.ts";
import { type FoldedRow, foldRow } from "./row.ts";

/** All conversations of a data folder. A conversation is written by one process at a time. */
export interface ConversationStore {
  create(projectRoot: string, parentTaskId?: string): Conversation;
  /** Opens for writing. Throws `conversation_not_found` or `conversation_busy` (another process has it). */
  open(id: ConversationId): Conversation;
  exists(id: ConversationId): boolean;
  /** The open conversation, or null: never opens. */
  opened(id: ConversationId): Conversation | null;
  /** Events without opening for writing. Throws `conversation_not_found`. */
  read(id: ConversationId): readonly SpindleEvent[];
  /** Rows of all conversations, newest first. */
  rows(): readonly FoldedRow[];
  /** Closes and removes a conversation with its log. */
  delete(id: ConversationId): Promise<void>;
  close(): Promise<void>;
}

export function createConversationStore(deps: {
  readonly folder: string;
  readonly redact: Redactor;
  readonly now: () => number;
  readonly setUpTurn: (start: TurnStart) => Promise<TurnSetup>;
  readonly onOpen: (conversation: Conversation) => void;
  readonly onTurnEnd: (conversation: Conversation) => void;
}): ConversationStore {
  const open = new Map<ConversationId, Conversation>();
  const folded = new Map<ConversationId, { readonly stamp: string; readonly row: FoldedRow }>();
  const logFile = (id: ConversationId): string => path.join(deps.folder, id, "log.jsonl");

  const openLog = (id: ConversationId, projectRoot: string | null, parentTaskId: string | undefined): Conversation => {
    const release = lockFile(path.join(deps.folder, id, "lock"));
    if (typeof release !== "function") {
      throw new SpindleError("conversation_busy", `Conversation ${id} is open in another Spindle (process ${release.pid}).`, {
        hint: "Use that window, or close it first.",
      });
    }
    try {
      const log = openConversationLog(logFile(id), id, deps.redact, deps.now);
      if (log.events.length === 0) {
        if (projectRoot === null) throw new SpindleError("log_damaged", `Nothing of conversation ${id} can be read.`);
        log.append({ type: "conversation_started", projectRoot, version: 1, ...(parentTaskId === undefined ? {} : { parentTaskId }) });
      }
      for (const end of orphanEnds(log.events)) log.append(end);
      const conversation = createConversation({
        id,
        projectRoot: foldRow(id, log.events).projectRoot,
        log,
        setUpTurn: deps.setUpTurn,
        onTurnEnd: deps.onTurnEnd,
        onClose() {
          open.delete(id);
          release();
        },
      });
      open.set(id, conversation);
      deps.onOpen(conversation);
      return conversation;
    } catch (error) {
      release();
      throw error;
    }
  };

  const assertThere = (id: ConversationId): void => {
    if (!/^[a-z0-9_]+$/.test(id) || !existsSync(logFile(id))) {
      throw new SpindleError("conversation_not_found", `There is no conversation ${JSON.stringify(id)}.`, {
        hint: "List them with `spindle conversations list`.",
      });
    }
  };

  const rowOf = (id: ConversationId): FoldedRow => {
    const live = open.get(id);
    if (live !== undefined) return foldRow(id, live.events);
    const { size, mtimeMs } = statSync(logFile(id));
    const stamp = `${size}:${mtimeMs}`;
    const known = folded.get(id);
    if (known?.stamp === stamp) return known.row;
    const row = foldRow(id, readConversationLog(logFile(id)));
    folded.set(id, { stamp, row });
    return row;
  };

  return {
    create(projectRoot, parentTaskId) {
      const id = makeId("c", deps.now());
      mkdirSync(path.join(deps.folder, id), { recursive: true, mode: 0o700 });
      return openLog(id, projectRoot, parentTaskId);
    },
    open(id) {
      const known = open.get(id);
      if (known !== undefined) return known;
      assertThere(id);
      return openLog(id, null, undefined);
    },
    exists: (id) => existsSync(logFile(id)),
    opened: (id) => open.get(id) ?? null,
    read(id) {
      const live = open.get(id);
      if (live !== undefined) return live.events;
      assertThere(id);
      return readConversationLog(logFile(id));
    },
    rows() {
      if (!existsSync(deps.folder)) return [];
      const ids = readdirSync(deps.folder).filter((id) => existsSync(logFile(id)));
      return ids.map(rowOf).sort((a, b) => b.row.updatedAt - a.row.updatedAt);
    },
    async delete(id) {
      assertThere(id);
      await open.get(id)?.close();
      rmSync(path.join(deps.folder, id), { recursive: true, force: true });
      folded.delete(id);
    },
    async close() {
      await Promise.all([...open.values()].map((conversation) => conversation.close()));
    },
  };
}
