import { ChevronDown, MessageSquareText, Pencil } from "lucide-react";
import { useState } from "react";
import type { ApprovalAnswer, ApprovalRequest } from "../../../protocol/approval.ts";
import { patternText } from "../../../protocol/rule.ts";
import type { PendingApproval } from "../../state/conversation-view.ts";
import { jumpToCall } from "../../state/layout.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { TextField } from "../../ui/field.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { showInvisible } from "./approval-groups.ts";
import { AskedPatch } from "./asked-patch.tsx";
import { AskedText } from "./asked-text.tsx";
import { EditCommand } from "./edit-command.tsx";
import { choiceOf, leftOutOf, onceAnswer, toggleLeftOut, useLeftOut } from "./left-out.ts";
import { RememberRules } from "./remember-rules.tsx";

/** One answer for all, or one for each; null leaves a question open. */
export type Decision = ApprovalAnswer | ((request: ApprovalRequest) => ApprovalAnswer | null);
export type OnAnswer = (asked: readonly PendingApproval[], decision: Decision) => void;

/** What of a question is open below it: nothing, a note for a no, the command to change, the rules of a lasting yes. */
type Extra = "none" | "note" | "edit" | "remember";

/** The yes that Alt+A gives: for this conversation, by rules where there are some. */
export function conversationAnswer({ proposal }: ApprovalRequest): ApprovalAnswer {
  const rules = proposal === undefined ? {} : { rules: proposal.map(({ words, exact }) => ({ words: [...words], exact })) };
  return { decision: "allow", scope: "conversation", ...rules };
}

/** The patch below says what its summary says, and more. A command that holds a patch is shown as it is. */
function tellsAll({ patch, cmd }: ApprovalRequest): boolean {
  return patch !== undefined && patch.length > 0 && cmd === undefined;
}

/** One question: what will happen, why it asks, and the answers. */
export function ApprovalQuestion({
  approval,
  keyed,
  busy,
  onAnswer,
}: {
  readonly approval: PendingApproval;
  /** The keys answer this one. */
  readonly keyed: boolean;
  readonly busy: boolean;
  readonly onAnswer: OnAnswer;
}) {
  const { request } = approval;
  const [extra, setExtra] = useState<Extra>("none");
  const [note, setNote] = useState("");
  const leftOut = useLeftOut((state) => leftOutOf(state.byHash, request.hash));
  const { parts, leaveOut } = choiceOf(request);
  const once = onceAnswer(request);
  const toggle = (one: Extra) => setExtra((now) => (now === one ? "none" : one));
  const answer = (given: ApprovalAnswer) => onAnswer([approval], given);
  const deny = () => answer(note.trim() === "" ? { decision: "deny" } : { decision: "deny", note: note.trim() });
  const lasting = request.proposal?.map((pattern) => patternText(pattern)).join(", ");
  return (
    <li
      data-testid="approval"
      data-approval-id={request.approvalId}
      className="border-t border-line px-3.5 py-2.5"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || extra === "none") return;
        event.stopPropagation();
        setExtra("none");
      }}
    >
      {extra === "edit" && request.cmd !== undefined ? (
        <EditCommand
          cmd={request.cmd}
          runsIn={request.runsIn}
          variables={request.variables}
          busy={busy}
          onRun={(cmd) => answer({ decision: "allow", scope: "once", cmd })}
        />
      ) : tellsAll(request) ? null : (
        <AskedText text={request.summary} />
      )}
      {request.patch === undefined ? null : (
        <AskedPatch
          operations={request.patch}
          leftOut={leftOut}
          onToggle={request.choosable === true ? (part) => toggleLeftOut(request.hash, part) : null}
        />
      )}
      {request.justification === undefined ? null : (
        <p className="selectable mt-1.5 text-small text-fg2 [overflow-wrap:anywhere]">
          <span className="text-fg3">The agent says: </span>
          {showInvisible(request.justification)}
        </p>
      )}
      {extra === "note" ? (
        <TextField
          autoFocus
          aria-label="Why not; the agent reads it"
          placeholder="Why not? The agent reads this."
          value={note}
          maxLength={4_000}
          className="mt-2"
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
            // Every Enter is meant for this field, also one with Ctrl and one while the answer is on its way.
            event.preventDefault();
            if (!busy) deny();
          }}
        />
      ) : null}
      <div className="mt-2 flex flex-wrap items-center justify-end gap-x-3 gap-y-1.5">
        <p className="selectable min-w-0 grow basis-72 text-small text-fg2">
          {request.reason}
          {request.scriptLine === undefined ? null : (
            <>
              {" · "}
              <button
                type="button"
                className="rounded-xs text-accent-text hover:underline"
                onClick={() => jumpToCall(request.callId)}
                data-testid="approval-line"
              >
                line {request.scriptLine}
              </button>
            </>
          )}
        </p>
        <div className="flex shrink-0 items-center gap-1.5">
          {request.cmd === undefined ? null : (
            <IconButton
              label="Change the command"
              active={extra === "edit"}
              disabled={busy}
              onClick={() => toggle("edit")}
              data-testid="approval-edit"
            >
              <Pencil size={13} aria-hidden />
            </IconButton>
          )}
          <IconButton label="Deny with a note" active={extra === "note"} disabled={busy} onClick={() => toggle("note")}>
            <MessageSquareText size={14} aria-hidden />
          </IconButton>
          <Button variant="ghost" disabled={busy} onClick={deny} data-testid="approval-deny">
            Deny <Keys shown={keyed}>Alt N</Keys>
          </Button>
          <span className="inline-flex">
            <Tooltip text={lasting === undefined ? "Exactly this, until the conversation is closed" : `Allows ${lasting}`}>
              <Button
                disabled={busy || leaveOut.length > 0}
                className={cx(request.proposal !== undefined && "rounded-r-none border-r-0")}
                onClick={() => answer(conversationAnswer(request))}
                data-testid="approval-allow-conversation"
              >
                Allow for this conversation <Keys shown={keyed}>Alt A</Keys>
              </Button>
            </Tooltip>
            {request.proposal === undefined ? null : (
              <Tooltip text="Choose what is allowed and where">
                <Button
                  disabled={busy}
                  aria-label="Choose what is allowed and where"
                  aria-expanded={extra === "remember"}
                  className="rounded-l-none px-1"
                  onClick={() => toggle("remember")}
                  data-testid="approval-remember"
                >
                  <ChevronDown size={13} aria-hidden />
                </Button>
              </Tooltip>
            )}
          </span>
          <Button
            variant="primary"
            disabled={busy || extra === "edit" || once === null}
            onClick={() => (once === null ? undefined : answer(once))}
            data-testid="approval-allow"
          >
            {leaveOut.length === 0 ? "Allow once" : `Apply ${parts - leaveOut.length} of ${parts}`}{" "}
            <Keys shown={keyed} onPrimary>
              Alt Y
            </Keys>
          </Button>
        </div>
      </div>
      {extra === "remember" && request.proposal !== undefined ? (
        <RememberRules
          proposal={request.proposal}
          outside={request.outside === true}
          busy={busy}
          onAllow={(scope, rules) => answer({ decision: "allow", scope, rules })}
        />
      ) : null}
    </li>
  );
}

function Keys({ shown, onPrimary, children }: { readonly shown: boolean; readonly onPrimary?: boolean; readonly children: string }) {
  return shown ? <Kbd className={cx("ml-0.5", onPrimary === true && "text-on-primary opacity-75")}>{children}</Kbd> : null;
}
