import type { CallId } from "../../../protocol/ids.ts";
import type { PendingApproval } from "../../state/conversation-view.ts";

export interface ApprovalGroup {
  readonly key: string;
  /** The script whose calls ask; null for a direct call of the model. */
  readonly scriptCallId: CallId | null;
  readonly approvals: readonly PendingApproval[];
}

/** Open questions by the script that raises them, in the order in which the first of each was asked. */
export function groupApprovals(approvals: readonly PendingApproval[]): readonly ApprovalGroup[] {
  const groups = new Map<string, { readonly scriptCallId: CallId | null; readonly approvals: PendingApproval[] }>();
  for (const approval of approvals) {
    const scriptCallId = parentCall(approval.request.callId);
    const key = scriptCallId ?? approval.request.approvalId;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { scriptCallId, approvals: [approval] });
    else group.approvals.push(approval);
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}

/** `c1.3` was made by script `c1`. */
function parentCall(callId: CallId): CallId | null {
  const cut = callId.lastIndexOf(".");
  return cut < 0 ? null : callId.slice(0, cut);
}

/** `Run this command?`, `Write these files?`: what a person is asked. */
export function questionOf(tool: string, count: number): string {
  if (tool === "exec") return count === 1 ? "Run this command?" : `Run these ${count} commands?`;
  if (tool === "applyPatch") return count === 1 ? "Write this patch?" : `Write these ${count} patches?`;
  if (tool === "spawn") return count === 1 ? "Start this task?" : `Start these ${count} tasks?`;
  return count === 1 ? `Allow ${tool}?` : `Allow these ${count} calls?`;
}

/**
 * Text with everything invisible spelled out: control characters, direction marks and zero-width ones could make a
 * command look like another one. Line ends and tabs stay: what is below the edge of a card is counted there.
 */
export function showInvisible(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
