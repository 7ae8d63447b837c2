import type { CallId } from "../../protocol/ids.ts";
import { call } from "../lib/api.ts";
import { useConversation } from "./conversation.ts";
import type { CallView } from "./conversation-view.ts";
import { reportError } from "./notices.ts";

/** How long a command runs before moving it is offered: most are over by then. ms. */
export const offerAfterMs = 1_500;

/** True for a call that could go on in the background: a command that runs. */
export function isMovable(view: Pick<CallView, "tool" | "status">): boolean {
  return view.tool === "exec" && view.status === "running";
}

/** Moves a running command of the shown conversation to the background; its row changes when its call has ended. */
export function moveToBackground(callId: CallId): void {
  const { id } = useConversation.getState();
  if (id !== null) call("calls.background", { id, callId }).catch(reportError);
}
