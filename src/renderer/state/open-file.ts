import type { CallId } from "../../protocol/ids.ts";
import { call } from "../lib/api.ts";
import { useConversation } from "./conversation.ts";
import { reportError } from "./notices.ts";

/**
 * Opens a file in the person's editor, at a line where one is known. The path is relative to the project or absolute; main refuses
 * what is neither in the trusted project nor output that Spindle kept. A failure becomes a notice.
 */
export function openFile(path: string, line: number | null = null): void {
  call("files.open", { path, ...(line === null ? {} : { line }) }).catch(reportError);
}

/** Opens the source of a script of the shown conversation in the person's editor. A failure becomes a notice. */
export function openScript(callId: CallId): void {
  const { id } = useConversation.getState();
  if (id !== null) call("scripts.open", { id, callId }).catch(reportError);
}
