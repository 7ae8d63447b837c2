import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";

/** The command as text to change; what stands there runs once, in place of what was asked. */
export function EditCommand({ cmd, busy, onRun }: { readonly cmd: string; readonly busy: boolean; readonly onRun: (cmd: string) => void }) {
  const [text, setText] = useState(cmd);
  const ready = !busy && text.trim() !== "";
  return (
    <div>
      <textarea
        autoFocus
        aria-label="The command to run instead"
        data-testid="approval-command"
        value={text}
        rows={Math.min(8, text.split("\n").length + 1)}
        spellCheck={false}
        className="w-full resize-none rounded-sm border border-accent bg-inset px-2.5 py-1.5 font-mono text-code text-fg select-text"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !ready) return;
          event.preventDefault();
          onRun(text);
        }}
      />
      <div className="mt-1.5 flex items-center justify-end gap-3">
        <span className="text-small text-fg3">The agent is told what ran. Esc keeps the command.</span>
        <Button variant="primary" disabled={!ready} onClick={() => onRun(text)} data-testid="approval-run-edited">
          Run this once <Kbd className="ml-0.5 text-on-primary opacity-75">Ctrl Enter</Kbd>
        </Button>
      </div>
    </div>
  );
}
