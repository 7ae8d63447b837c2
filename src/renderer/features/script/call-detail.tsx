import { X } from "lucide-react";
import { memo } from "react";
import type { Json } from "../../../protocol/json.ts";
import { formatDuration } from "../../lib/format.ts";
import { troubleOf } from "../../state/call-trouble.ts";
import { callFile } from "../../state/call-subject.ts";
import type { CallView } from "../../state/conversation-view.ts";
import { openReview } from "../../state/layout.ts";
import { readLogs } from "../../state/log-rings.ts";
import { openFile } from "../../state/open-file.ts";
import { revert, useScopeChanges, useUndo } from "../../state/undo.ts";
import { IconButton } from "../../ui/button.tsx";
import { ChangedFiles } from "../../ui/changed-files.tsx";
import { CodeLines } from "../../ui/code-lines.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { OpenFileButton } from "../../ui/open-file-button.tsx";
import { UndoButton } from "../../ui/undo-button.tsx";

/** What one call got and gave: arguments, live output or result, error. */
export const CallDetail = memo(function CallDetail({ call, onClose }: { readonly call: CallView; readonly onClose: () => void }) {
  const changes = useScopeChanges("call", call.callId);
  const busy = useUndo((state) => state.busy);
  const trouble = troubleOf(call);
  const file = callFile(call.tool, call.input);
  const output = call.finishedAt === null && call.outputBytes > 0 ? outputOf(call) : call.text;
  return (
    <div className="border-t border-line bg-panel px-3.5 py-2.5" role="region" aria-label={`Call ${call.tool} ${call.subject}`}>
      <div className="flex items-center gap-2 text-small">
        <span className="font-mono text-label text-fg">{call.tool}</span>
        <span className="tabular text-micro text-fg3">
          {[
            ...(call.line === null ? [] : [`line ${call.line}`]),
            ...(call.durationMs === null ? [] : [formatDuration(call.durationMs)]),
            ...(call.summary === "" ? [] : [call.summary]),
          ].join(" · ")}
        </span>
        <span className="flex-1" />
        {changes.state === "none" ? null : (
          <UndoButton
            undone={changes.state === "undone"}
            name="patch"
            what="this patch"
            size="sm"
            data-testid="call-undo"
            disabled={busy}
            onClick={() => void revert({ kind: "call", id: call.callId }, changes.state === "undone")}
          />
        )}
        {file === null ? null : <OpenFileButton path={file.path} onOpen={() => openFile(file.path, file.line)} />}
        <CopyButton text={() => `${call.tool}(${argumentsText(call.input)})\n\n${output}`} label="Copy call" />
        <IconButton label="Close details" size="sm" onClick={onClose}>
          <X size={13} aria-hidden />
        </IconButton>
      </div>
      {call.changed === null ? null : <ChangedFiles {...call.changed} onOpen={(file) => openReview({ file })} />}
      <Part title="Arguments">
        <CodeLines code={argumentsText(call.input)} lang="json" />
      </Part>
      {trouble === null ? null : (
        <p className="selectable mt-1.5 text-small whitespace-pre-wrap text-del" data-testid="error-message" data-code={call.error?.code}>
          {trouble.message}
          {trouble.hint === null ? null : <span className="block text-fg2">{trouble.hint}</span>}
        </p>
      )}
      {output === "" || call.error !== null ? null : (
        <Part title={call.finishedAt === null ? "Output so far" : "Result"}>
          <pre className="selectable text-code whitespace-pre-wrap text-fg2 [overflow-wrap:anywhere]">{output}</pre>
        </Part>
      )}
    </div>
  );
});

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div className="mt-1.5">
      <div className="text-micro text-fg3">{title}</div>
      <div className="mt-0.5 max-h-56 overflow-auto rounded-sm bg-inset px-2.5 py-1.5" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
    </div>
  );
}

function argumentsText(input: Json): string {
  return typeof input === "string" ? input : JSON.stringify(input, null, 2);
}

function outputOf(call: CallView): string {
  const { lines, dropped } = readLogs(call.callId);
  const text = lines.map((line) => line.text).join("\n");
  return dropped > 0 ? `… ${dropped} earlier lines\n${text}` : text;
}
