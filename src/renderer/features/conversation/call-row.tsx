import { ChevronRight, FilePen, FileText, Folder, Search, SquareTerminal, Waypoints, Wrench } from "lucide-react";
import { memo, type ReactNode } from "react";
import { formatDuration, formatElapsed } from "../../lib/format.ts";
import { useKept } from "../../state/row-memory.ts";
import { troubleOf } from "../../state/call-trouble.ts";
import { isMovable, moveToBackground, offerAfterMs } from "../../state/background.ts";
import { callFile } from "../../state/call-subject.ts";
import type { CallView } from "../../state/conversation-view.ts";
import { useFoundHere } from "../../state/find.ts";
import { openReview } from "../../state/layout.ts";
import { readLogs } from "../../state/log-rings.ts";
import { openFile } from "../../state/open-file.ts";
import { useNow } from "../../state/now.ts";
import { readPatchDraft } from "../../state/patch-drafts.ts";
import { Button } from "../../ui/button.tsx";
import { ChangedFiles } from "../../ui/changed-files.tsx";
import { Badge } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { HiddenBadge } from "../../ui/hidden-badge.tsx";
import { OpenFileButton } from "../../ui/open-file-button.tsx";
import { Ring } from "../../ui/ring.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { verbOf } from "./activity.ts";
import { PatchPreview } from "./patch-preview.tsx";
import { type CallGroup, groupTitle } from "./rows.ts";
import { ThreadRow } from "./thread-row.tsx";

/** A single call of the model: one line, open while it runs, folded afterwards. A patch that was seen arriving is shown as a diff. */
export const CallRow = memo(function CallRow({ call, first }: { readonly call: CallView; readonly first: boolean }) {
  const draft = call.tool === "applyPatch" ? readPatchDraft(call.callId) : null;
  return draft === null ? <PlainCallRow call={call} first={first} /> : <PatchPreview call={call} draft={draft} first={first} />;
});

function PlainCallRow({ call, first }: { readonly call: CallView; readonly first: boolean }) {
  const [open, setOpen] = useKept<boolean | null>(`c:${call.callId} open`, null);
  const running = call.finishedAt === null;
  const found = useFoundHere(`c:${call.callId}`);
  const file = callFile(call.tool, call.input);
  const shown = found || (open ?? (running && call.outputBytes > 0));
  return (
    <ThreadRow node={<ToolIcon tool={shownAs(call)} />} first={first} className="pb-3">
      <div className="flex items-center gap-2">
        <CallLine call={call} open={shown} onToggle={() => setOpen(!shown)} />
        {isMovable(call) ? <MoveButton call={call} /> : null}
        {shown && file !== null ? <OpenFileButton path={file.path} onOpen={() => openFile(file.path, file.line)} /> : null}
      </div>
      {call.changed === null ? null : <ChangedFiles {...call.changed} onOpen={(file) => openReview({ file })} />}
      {shown ? <CallBody call={call} /> : null}
    </ThreadRow>
  );
}

/** Several reading calls as one line that unfolds. */
export const CallGroupRow = memo(
  function CallGroupRow({ group, first }: { readonly group: CallGroup; readonly first: boolean }) {
    const [opened, setOpen] = useKept(`${group.key} open`, false);
    const found = useFoundHere(group.key);
    const open = opened || found;
    return (
      <ThreadRow node={<Search size={12} />} first={first} className="pb-3">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex items-center gap-1 rounded-xs text-ui text-fg2 hover:text-fg"
        >
          {groupTitle(group)}
          <ChevronRight size={13} aria-hidden className={cx("transition-transform duration-100", open && "rotate-90")} />
        </button>
        {open ? (
          <ul className="mt-1">
            {group.steps.map(({ call }) => (
              <li key={call.callId} className="flex gap-2 font-mono text-label text-fg3">
                <span className="text-fg2">{call.tool}</span>
                <span className="min-w-0 flex-1 truncate">{call.subject}</span>
                <span>{call.summary}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </ThreadRow>
    );
  },
  (a, b) => a.first === b.first && a.group.steps.length === b.group.steps.length && a.group.key === b.group.key,
);

function CallLine({ call, open, onToggle }: { readonly call: CallView; readonly open: boolean; readonly onToggle: () => void }) {
  const running = call.finishedAt === null;
  const bad = call.status === "failed";
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onToggle}
      data-testid="call-row"
      data-tool={call.tool}
      data-status={call.status}
      className="group flex min-w-0 flex-1 items-center gap-2 rounded-xs text-left text-ui"
    >
      <span className="shrink-0 text-fg2">{running ? verbOf(call.tool) : past(shownAs(call))}</span>
      <span
        className="min-w-0 truncate font-mono text-code text-fg3 group-hover:text-fg2"
        title={call.label === null ? undefined : commandOf(call)}
      >
        {call.label?.subject ?? call.editedCmd ?? call.subject}
      </span>
      <ChevronRight size={13} aria-hidden className={cx("shrink-0 text-fg3 transition-transform duration-100", open && "rotate-90")} />
      {call.editedCmd === null ? null : <Badge title={call.editedCmd}>changed by you</Badge>}
      <HiddenBadge count={call.hiddenRemoved} />
      <span className={cx("tabular ml-auto shrink-0 text-small", bad ? "text-warn" : "text-fg3")}>
        {running ? <Elapsed since={call.startedAt} asking={call.status === "asking"} /> : outcome(call)}
      </span>
    </button>
  );
}

function MoveButton({ call }: { readonly call: CallView }) {
  const now = useNow();
  if (now - call.startedAt < offerAfterMs) return null;
  return (
    <Tooltip text="The command goes on as a background task with all it has printed; the agent works on without it.">
      <Button size="sm" variant="ghost" data-testid="move-to-background" onClick={() => moveToBackground(call.callId)}>
        Move to background
      </Button>
    </Tooltip>
  );
}

function Elapsed({ since, asking }: { readonly since: number; readonly asking: boolean }) {
  const now = useNow();
  return asking ? (
    <span className="text-warn">waits for you</span>
  ) : (
    <span className="flex items-center gap-1.5">
      <Ring size={12} />
      {formatElapsed(now - since)}
    </span>
  );
}

function outcome(call: CallView): string {
  if (call.status === "cancelled") return "cancelled";
  if (call.status === "cut") return "broke off";
  if (call.error !== null) return call.error.code.replaceAll("_", " ");
  const time = formatDuration(call.durationMs ?? 0);
  return call.summary === "" ? time : `${call.summary} · ${time}`;
}

function CallBody({ call }: { readonly call: CallView }) {
  const text = call.finishedAt === null ? liveText(call) : call.text;
  const trouble = troubleOf(call);
  return (
    <div
      className="mt-1.5 max-h-80 overflow-auto rounded-md border border-line bg-inset px-3 py-2"
      tabIndex={0}
      role="group"
      aria-label="Output"
    >
      {trouble === null ? null : (
        <p className="selectable text-small whitespace-pre-wrap text-del" data-testid="error-message" data-code={call.error?.code}>
          {trouble.message}
          {trouble.hint === null ? null : <span className="block text-fg2">{trouble.hint}</span>}
        </p>
      )}
      {call.label === null ? null : (
        <pre
          data-testid="raw-command"
          className="selectable mb-1.5 border-b border-line pb-1.5 text-code whitespace-pre-wrap text-fg [overflow-wrap:anywhere]"
        >
          {commandOf(call)}
        </pre>
      )}
      {text === "" && call.error === null ? <p className="text-small text-fg3">No output{call.finishedAt === null ? " yet" : ""}</p> : null}
      {call.error === null && text !== "" ? (
        <pre className="selectable text-code whitespace-pre-wrap text-fg2 [overflow-wrap:anywhere]">{text}</pre>
      ) : null}
    </div>
  );
}

/** The tool whose name and mark a row has: a command that only looks is shown as what it looks at. */
function shownAs(call: CallView): string {
  switch (call.label?.kind) {
    case "read":
      return "readFile";
    case "list":
      return "listDir";
    case "search":
      return "grepFiles";
    case "patch":
      return "applyPatch";
    case "look":
      return "look";
    case undefined:
      return call.tool;
  }
}

/** The command as it was given. */
function commandOf(call: CallView): string {
  const { input } = call;
  return typeof input === "object" && input !== null && "cmd" in input && typeof input["cmd"] === "string" ? input["cmd"] : call.subject;
}

function liveText(call: CallView): string {
  return readLogs(call.callId)
    .lines.slice(-200)
    .map((line) => line.text)
    .join("\n");
}

function past(tool: string): string {
  switch (tool) {
    case "exec":
      return "Ran";
    case "readFile":
      return "Read";
    case "listDir":
      return "Listed";
    case "grepFiles":
      return "Searched";
    case "applyPatch":
      return "Patched";
    case "look":
      return "Looked at";
    case "spawn":
      return "Started";
    default:
      return `Called ${tool}`;
  }
}

function ToolIcon({ tool }: { readonly tool: string }): ReactNode {
  switch (tool) {
    case "exec":
      return <SquareTerminal size={12} />;
    case "readFile":
      return <FileText size={12} />;
    case "listDir":
      return <Folder size={12} />;
    case "grepFiles":
    case "look":
      return <Search size={12} />;
    case "applyPatch":
      return <FilePen size={12} />;
    case "spawn":
      return <Waypoints size={12} />;
    default:
      return <Wrench size={12} />;
  }
}
