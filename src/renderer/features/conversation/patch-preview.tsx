import { ChevronDown, ChevronRight, FilePen } from "lucide-react";
import { useState } from "react";
import { formatCount, formatElapsed } from "../../lib/format.ts";
import type { CallView } from "../../state/conversation-view.ts";
import { troubleOf } from "../../state/call-trouble.ts";
import { useNow } from "../../state/now.ts";
import type { PatchDraft } from "../../state/patch-drafts.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { Ring } from "../../ui/ring.tsx";
import { DraftLines } from "./draft-lines.tsx";
import { ThreadRow } from "./thread-row.tsx";

/**
 * A patch of the model while it arrives, is asked about and written: what is known of it as a diff that grows. Nothing of
 * it is applied before it is complete; the card of the applied patch then takes its place. A patch that was refused or
 * broke off stays, with the reason.
 */
export function PatchPreview({ call, draft, first }: { readonly call: CallView; readonly draft: PatchDraft; readonly first: boolean }) {
  const live = call.finishedAt === null;
  const [open, setOpen] = useState(live);
  const title = titleOf(call, draft);
  return (
    <ThreadRow node={<FilePen size={12} />} first={first} nodeTop={15}>
      <section
        data-testid="patch-preview"
        data-status={call.status}
        data-call={call.callId}
        aria-label={title}
        aria-busy={call.status === "writing"}
        className="overflow-hidden rounded-lg border border-strong bg-card shadow-card"
      >
        <header className="flex h-10.5 items-center gap-2.5 pr-1.5 pl-3.5">
          <h2 className="min-w-0 truncate text-ui font-semibold">{title}</h2>
          {draft.files.length === 0 || isOver(call) ? null : <ChangeCount added={draft.added} removed={draft.removed} />}
          <span className="flex-1" />
          {live ? <Progress call={call} /> : null}
          <FoldButton open={open} onClick={() => setOpen(!open)} />
        </header>
        {open && draft.files.length > 0 ? <DraftLines draft={draft} version={call.outputBytes} /> : null}
        <Trouble call={call} draft={draft} />
      </section>
    </ThreadRow>
  );
}

/** Shows and hides the lines of a patch. */
export function FoldButton({ open, onClick }: { readonly open: boolean; readonly onClick: () => void }) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={open ? "Hide the lines" : "Show the lines"}
      onClick={onClick}
      className="inline-flex size-7 shrink-0 items-center justify-center rounded-sm text-fg3 hover:bg-raise hover:text-fg"
    >
      {open ? <ChevronDown size={15} aria-hidden /> : <ChevronRight size={15} aria-hidden />}
    </button>
  );
}

function Progress({ call }: { readonly call: CallView }) {
  const now = useNow();
  if (call.status === "asking") return <span className="shrink-0 text-small text-warn">waits for you</span>;
  return (
    <span className="tabular flex shrink-0 items-center gap-1.5 text-small text-accent-text">
      <Ring size={13} />
      {formatElapsed(now - call.startedAt)}
    </span>
  );
}

/** Why the patch is not applied, or what is wrong with it so far. */
function Trouble({ call, draft }: { readonly call: CallView; readonly draft: PatchDraft }) {
  const reason = reasonOf(call, draft);
  if (reason === null) return null;
  return (
    <div className="selectable border-t border-line px-3.5 py-2 text-small" role="status" data-testid="patch-trouble">
      <p className="max-h-27 overflow-y-auto whitespace-pre-wrap text-del [overflow-wrap:anywhere]">{reason.message}</p>
      <p className="text-fg2">{reason.hint}</p>
    </div>
  );
}

/** True for a patch that came to nothing: it has no counts. */
function isOver({ status }: CallView): boolean {
  return status === "failed" || status === "cut" || status === "cancelled";
}

function reasonOf(call: CallView, draft: PatchDraft): { readonly message: string; readonly hint: string } | null {
  const trouble = troubleOf(call);
  if (trouble !== null) return { message: trouble.message, hint: trouble.hint ?? "No file was changed." };
  if (call.status === "cut")
    return { message: "The answer broke off before the patch was complete.", hint: "Nothing of it was applied; no file was changed." };
  if (call.status === "cancelled")
    return { message: "The call was cancelled.", hint: "Look at the files if it was being applied already." };
  if (draft.fault === null) return null;
  const { line, message } = draft.fault;
  return {
    message: line === null ? `${message}.` : `Line ${line}: ${message}`,
    hint: "The patch will be refused as it stands; no file is changed.",
  };
}

function titleOf(call: CallView, draft: PatchDraft): string {
  const to = draft.files.length === 0 ? "" : ` to ${formatCount(draft.files.length, "file")}`;
  switch (call.status) {
    case "writing":
      return `Writing a patch${to}`;
    case "asking":
      return `Patch${to}`;
    case "running":
      return `Applying a patch${to}`;
    case "failed":
    case "cut":
    case "cancelled":
      return `Patch${to} not applied`;
    default:
      return `Patch applied${to}`;
  }
}
