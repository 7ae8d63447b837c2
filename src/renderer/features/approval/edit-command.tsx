import { useState } from "react";
import { shownKeys } from "../../state/commands.ts";
import { Button } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { showInvisible } from "./approval-groups.ts";

/** The command as text to change; what stands there runs once, in place of what was asked. */
export function EditCommand({
  cmd,
  runsIn,
  variables,
  busy,
  onRun,
}: {
  readonly cmd: string;
  /** Folder of the command, when it is not the project's. */
  readonly runsIn: string | undefined;
  /** Variables of the call as they would stand in front of a command: they stay. */
  readonly variables: string | undefined;
  readonly busy: boolean;
  readonly onRun: (cmd: string) => void;
}) {
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
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          // Also when nothing can run now: the keys mean something else outside of this field.
          event.preventDefault();
          if (ready) onRun(text);
        }}
      />
      {runsIn === undefined && variables === undefined ? null : (
        <p className="selectable mt-1 font-mono text-small text-fg2 [overflow-wrap:anywhere]" data-testid="approval-around">
          <span className="font-sans text-fg3">Runs{runsIn === undefined ? "" : " in "}</span>
          {runsIn === undefined ? null : showInvisible(runsIn)}
          {variables === undefined ? null : (
            <>
              <span className="font-sans text-fg3"> with </span>
              {showInvisible(variables)}
            </>
          )}
        </p>
      )}
      <div className="mt-1.5 flex items-center justify-end gap-3">
        <span className="text-small text-fg3">The agent is told what ran. Esc keeps the command.</span>
        <Button variant="primary" disabled={!ready} onClick={() => onRun(text)} data-testid="approval-run-edited">
          Run this once <Kbd className="ml-0.5 text-on-primary opacity-75">{shownKeys("Mod+Enter")}</Kbd>
        </Button>
      </div>
    </div>
  );
}
