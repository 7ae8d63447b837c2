import { SpindleError } from "../../protocol/error.ts";
import type { EventBody, SpindleEvent } from "../../protocol/event.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { isInScope, scopeName, type UndoResult, type UndoScope } from "../../protocol/undo.ts";
import type { Conversation } from "../conversations/conversation.ts";
import { processIdentity } from "../lib/process-identity.ts";
import type { Queue } from "../lib/queue.ts";
import type { Journal } from "../project/journal.ts";
import type { JournalRecord } from "../project/journal-record.ts";
import { changedFiles } from "./changed-files.ts";

export interface UndoRequest {
  readonly scope: UndoScope;
  /** Takes an undo back instead. */
  readonly redo: boolean;
  /** Also where files changed since; what they hold is kept and comes back with the redo. */
  readonly force: boolean;
}

/**
 * Undoes or redoes what the patches of a scope did to files, newest first, as one change, and writes `patch_reverted` into
 * the conversation's log. Which calls belong to a scope comes from the log. Throws `not_found` when there is nothing to
 * undo (redo) or it is no longer kept, `undo_conflict` when files changed since, `still_running` while the scope's turn or script runs.
 */
export async function undo(
  conversation: Conversation,
  { scope, redo, force }: UndoRequest,
  deps: { readonly journal: Journal; readonly inTurn: Queue },
): Promise<UndoResult> {
  assertEnded(conversation, scope);
  const kind = redo ? "redo" : "undo";
  return deps.inTurn(conversation.projectRoot, async () => {
    const callIds = callsOf(conversation.events, scope);
    if (callIds.length === 0)
      throw new SpindleError("not_found", `There are no changes of files by ${scopeName(scope)} in this conversation.`, {
        hint: "`spindle conversations show ID --json` lists its events with their ids.",
      });
    await assertKept(deps.journal, conversation, callIds, force);
    const record = await deps.journal[kind]({ conversationId: conversation.id, callIds, force, scope });
    const event = await revertedEvent(record, scope, deps.journal);
    conversation.emit(event);
    return resultOf(event);
  });
}

/**
 * The same for changes without a log (`spindle run`): which calls belong to the scope is told by the journal alone. Also throws
 * `conversation_not_found` when the journal knows no changes under this id.
 */
export async function undoUnlogged(
  conversationId: ConversationId,
  { scope, redo, force }: UndoRequest,
  deps: { readonly journal: Journal; readonly inTurn: Queue },
): Promise<UndoResult> {
  const records = await deps.journal.list(conversationId);
  const [first] = records;
  if (first === undefined)
    throw new SpindleError(
      "conversation_not_found",
      `There is no conversation ${JSON.stringify(conversationId)}, and no changes of files under that id.`,
      {
        hint: "List conversations with `spindle conversations list`; `spindle run` says the id of its changes at its end.",
      },
    );
  const patches = records.filter((record) => record.kind === "patch" && isInScope(record, scope));
  const callIds = [...new Set(patches.map(({ callId }) => callId))];
  if (callIds.length === 0) throw new SpindleError("not_found", `There are no changes of files by ${scopeName(scope)} under this id.`);
  return deps.inTurn(first.projectRoot, async () => {
    const record = await deps.journal[redo ? "redo" : "undo"]({ conversationId, callIds, force, scope });
    return resultOf(await revertedEvent(record, scope, deps.journal));
  });
}

function resultOf({ callIds, files }: Pick<Extract<EventBody, { type: "patch_reverted" }>, "callIds" | "files">): UndoResult {
  return {
    callIds,
    files: files.length,
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
  };
}

/**
 * Writes into the log what the journal did and a process that died could not tell any more: an undo, or a patch whose call
 * never returned. Records of this process are left out, they are on their way.
 */
export async function tellUntold(conversation: Conversation, journal: Journal): Promise<void> {
  const { events } = conversation;
  const self = processIdentity();
  const callIds = new Set(events.flatMap((event) => (event.type === "patch_applied" ? [event.callId] : [])));
  const ids = new Set(events.flatMap((event) => (event.type === "patch_reverted" ? [event.changeId] : [])));
  for (const record of await journal.done.unknown(conversation.id, { callIds, ids })) {
    if (record.owner.pid === self?.pid && record.owner.startTime === self.startTime) continue;
    if (record.kind !== "patch") {
      conversation.emit(await revertedEvent(record, record.scope ?? { kind: "call", id: record.callId }, journal));
      continue;
    }
    const files = await changedFiles(record, journal.blobs, { texts: true });
    conversation.emit({ type: "patch_applied", turnId: record.turnId, callId: record.callId, files });
  }
}

/** With `force` what is still kept is undone alone. */
async function assertKept(journal: Journal, { id }: Conversation, callIds: readonly string[], force: boolean): Promise<void> {
  const missing = await journal.done.missing(id, callIds);
  const isAll = missing.length === callIds.length;
  if (missing.length === 0 || (force && !isAll)) return;
  throw new SpindleError("not_found", `What these calls changed is no longer kept: ${missing.join(", ")}.`, {
    hint: `Earlier contents are kept for 30 days, and up to 1 GB.${isAll ? "" : " Undo the later changes alone, or with force all that is still kept."}`,
    details: { callIds: missing },
  });
}

function callsOf(events: readonly SpindleEvent[], scope: UndoScope): string[] {
  return [...new Set(events.flatMap((event) => (event.type === "patch_applied" && isInScope(event, scope) ? [event.callId] : [])))];
}

async function revertedEvent(
  record: JournalRecord,
  scope: UndoScope,
  journal: Journal,
): Promise<Extract<EventBody, { type: "patch_reverted" }>> {
  return {
    type: "patch_reverted",
    kind: record.kind === "redo" ? "redo" : "undo",
    scope,
    callIds: record.callIds ?? [record.callId],
    changeId: record.id,
    forced: (record.forced ?? []).length > 0,
    files: await changedFiles(record, journal.blobs, { texts: false }),
  };
}

/** What is being made is not undone: the rest of it would build on files that are gone. Throws `still_running`. */
export function assertEnded({ events }: Conversation, scope: UndoScope): void {
  const open = new Set<string>();
  const turns = new Set<string>();
  for (const event of events) {
    if (event.type === "turn_started") turns.add(event.turnId);
    else if (event.type === "turn_finished" || event.type === "turn_failed") turns.delete(event.turnId);
    else if (event.type === "tool_started") open.add(event.callId);
    else if (event.type === "tool_finished") open.delete(event.callId);
  }
  const runs = scope.kind === "conversation" ? turns.size > 0 : scope.kind === "turn" ? turns.has(scope.id) : open.has(scope.id);
  if (!runs) return;
  throw new SpindleError(
    "still_running",
    `${scope.kind === "conversation" ? "A turn of the conversation" : scopeName(scope)} is still running.`,
    {
      hint: "Stop it or wait for its end, then undo.",
    },
  );
}
