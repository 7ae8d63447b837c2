import { useEffect, useRef } from "react";
import { type TerminalTab, useTerminals } from "../../state/terminals.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { screenOf } from "./screens.ts";

/** One terminal with its states: starting, running, ended, could not start. */
export function TerminalView({ tab }: { readonly tab: TerminalTab }) {
  const place = useRef<HTMLDivElement>(null);
  const focus = useTerminals((state) => state.focus);
  const { id } = tab;
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const screen = screenOf(id);
    parent.append(screen.element);
    const fit = new ResizeObserver(() => screen.fit());
    fit.observe(parent);
    return () => {
      fit.disconnect();
      screen.element.remove();
    };
  }, [id]);
  useEffect(() => {
    screenOf(id).focus();
  }, [id, focus]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {tab.status === "failed" && tab.error !== null ? (
        <ErrorState
          className="m-3"
          code={tab.error.code}
          message={tab.error.message}
          hint={tab.error.hint}
          action={
            <Button size="sm" onClick={() => screenOf(id).restart()}>
              Try again
            </Button>
          }
        />
      ) : null}
      <div className="relative min-h-0 flex-1 py-1.5 pr-1 pl-3">
        <div ref={place} data-testid="terminal-screen" className="h-full" />
        {tab.status === "new" || tab.status === "starting" ? (
          <div className="absolute inset-0">
            <LoadingState label="Starting your shell" />
          </div>
        ) : null}
      </div>
      {tab.status === "ended" ? (
        <div
          role="status"
          data-testid="terminal-ended"
          className="flex shrink-0 items-center gap-2 border-t border-line bg-panel px-3 py-1.5 text-small text-fg2"
        >
          {endText(tab)}
          <Button size="sm" variant="accent" onClick={() => screenOf(id).restart()}>
            Start again
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function endText({ exitCode, signal }: TerminalTab): string {
  const how = signal !== null ? `was ended by ${signal}` : exitCode === 0 ? "ended" : `ended with exit code ${exitCode}`;
  return `The shell ${how}. Press Enter to start it again.`;
}
