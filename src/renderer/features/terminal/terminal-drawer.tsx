import { ChevronDown, CornerUpLeft, Plus, X } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import { useEffect, useMemo } from "react";
import { useLayout } from "../../state/layout.ts";
import { useApp } from "../../state/app.ts";
import { closeTerminal, newTerminal, showTerminal, tabsOf, type TerminalTab, useTerminals } from "../../state/terminals.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Tooltip } from "../../ui/tooltip.tsx";
import { TerminalView } from "./terminal-view.tsx";

/** The person's own terminals, below the conversation. `onLeave` gives the cursor back to the prompt. */
export function TerminalDrawer({ onLeave }: { readonly onLeave: () => void }) {
  const terminalKeys = useKeys("view.terminal");
  const root = useApp((state) => state.app?.project?.root ?? "");
  const all = useTerminals((state) => state.tabs);
  const tabs = useMemo(() => tabsOf(all, root), [all, root]);
  const activeId = useTerminals((state) => state.active[root] ?? null);
  const active = tabs.find((tab) => tab.id === activeId) ?? null;
  useEffect(() => {
    if (tabsOf(useTerminals.getState().tabs, root).length === 0) newTerminal();
  }, [root]);
  const hide = () => {
    useLayout.setState({ terminalOpen: false });
    onLeave();
  };
  return (
    <section
      aria-label="Terminal"
      data-testid="terminal-drawer"
      className="flex h-full min-h-0 flex-col bg-inset"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !event.shiftKey) return;
        event.preventDefault();
        onLeave();
      }}
    >
      <header className="flex h-9 shrink-0 items-center gap-1 border-b border-line bg-panel pr-3 pl-2">
        <ul aria-label="Terminals" className="flex min-w-0 items-center gap-0.5 overflow-x-auto">
          {tabs.map((tab) => (
            <Tab key={tab.id} tab={tab} active={tab.id === activeId} />
          ))}
        </ul>
        <IconButton label="New terminal" size="sm" data-testid="terminal-new" onClick={newTerminal}>
          <Plus size={14} aria-hidden />
        </IconButton>
        <span className="flex-1" />
        <Tooltip text="Commands you type here run as you, with your environment: the sandbox and the approvals are for the model only. The model cannot use or read this terminal.">
          <span tabIndex={0} data-testid="terminal-note" className="truncate rounded-sm px-1 text-small text-fg3">
            Your own shell, not sandboxed
          </span>
        </Tooltip>
        <IconButton label="Back to the prompt" keys="Shift Esc" size="sm" data-testid="terminal-leave" onClick={onLeave}>
          <CornerUpLeft size={14} aria-hidden />
        </IconButton>
        <IconButton label="Hide the terminal, its shells run on" keys={terminalKeys} size="sm" data-testid="terminal-hide" onClick={hide}>
          <ChevronDown size={15} aria-hidden />
        </IconButton>
      </header>
      {active === null ? null : <TerminalView key={active.id} tab={active} />}
    </section>
  );
}

function Tab({ tab, active }: { readonly tab: TerminalTab; readonly active: boolean }) {
  const over = tab.status === "ended" || tab.status === "failed";
  const name = `${tab.shell === "" ? "Terminal" : tab.shell} ${tab.number}`;
  return (
    <li
      data-testid="terminal-tab"
      data-status={tab.status}
      className={cx("group/tab flex h-6 shrink-0 items-center rounded-sm", active ? "bg-selected" : "hover:bg-raise")}
    >
      <button
        type="button"
        aria-current={active}
        onClick={() => showTerminal(tab.id)}
        className={cx("h-6 rounded-sm pr-1 pl-2 text-small", over ? "text-fg3" : active ? "text-fg" : "text-fg2")}
      >
        {name}
        {over ? <span className="sr-only">, {tab.status === "failed" ? "could not start" : "ended"}</span> : null}
      </button>
      <IconButton label={`Close ${name}`} size="sm" data-testid="terminal-close" onClick={() => closeTerminal(tab.id)}>
        <X size={12} aria-hidden />
      </IconButton>
    </li>
  );
}
