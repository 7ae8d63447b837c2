import { create } from "zustand";
import type { ErrorData } from "../../protocol/error.ts";
import { asErrorData, call, on } from "../lib/api.ts";
import { focusComposer } from "../lib/focus.ts";
import { useApp } from "./app.ts";
import { useLayout } from "./layout.ts";
import { reportError } from "./notices.ts";

/** One terminal of the person; it stays when its shell has ended, until it is closed. */
export interface TerminalTab {
  readonly id: string;
  /** The project whose folder it was opened in: it is shown with that one and runs on behind others. */
  readonly root: string;
  /** Counts the terminals of this window, from 1. */
  readonly number: number;
  /** Name of the shell; empty until it runs. */
  readonly shell: string;
  /** new: nobody has started it yet, because its size is not known. */
  readonly status: "new" | "starting" | "running" | "ended" | "failed";
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: ErrorData | null;
}

export interface TerminalStore {
  /** Those of all projects that were open in this window. */
  readonly tabs: readonly TerminalTab[];
  /** The one that is shown, by project. */
  readonly active: Readonly<Record<string, string>>;
  /** The terminal is to get the cursor; a new object for every wish. */
  readonly focus: object | null;
}

/** The terminals of the window. What they print is not here: it goes to who draws it (`onTerminalOutput`). */
export const useTerminals = create<TerminalStore>()(() => ({ tabs: [], active: {}, focus: null }));

function openRoot(): string {
  return useApp.getState().app?.project?.root ?? "";
}

/** Terminals of a project. */
export function tabsOf(tabs: readonly TerminalTab[], root: string): readonly TerminalTab[] {
  return tabs.filter((tab) => tab.root === root);
}

/** Longest text of one call. */
const longestWrite = 500_000;
const sinks = new Map<string, (text: string) => void>();
let count = 0;
/** Projects whose drawer was open when another one was shown. */
const shownIn = new Set<string>();

/** Adds a terminal and shows it; its shell starts when the place it is drawn in has a size. */
export function newTerminal(): void {
  const number = ++count;
  const root = openRoot();
  const tab: TerminalTab = {
    id: `term_${Date.now().toString(36)}_${number}`,
    root,
    number,
    shell: "",
    status: "new",
    exitCode: null,
    signal: null,
    error: null,
  };
  useTerminals.setState(({ tabs, active }) => ({ tabs: [...tabs, tab], active: { ...active, [root]: tab.id }, focus: {} }));
}

/** Starts (or, after its end, starts again) the shell of a terminal. Failures become the terminal's state. */
export async function startTerminal(id: string, columns: number, rows: number): Promise<void> {
  change(id, { status: "starting", error: null, exitCode: null, signal: null });
  try {
    const { shell } = await call("terminal.open", { id, columns, rows });
    change(id, { shell, status: "running" }, "starting");
  } catch (error) {
    change(id, { status: "failed", error: asErrorData(error) });
  }
}

/** Ends the shell and takes the terminal away; after the last one the drawer closes. */
export function closeTerminal(id: string): void {
  const { tabs, active } = useTerminals.getState();
  const root = tabs.find((tab) => tab.id === id)?.root;
  if (root === undefined) return;
  send(call("terminal.close", { id }));
  const beside = tabsOf(tabs, root);
  const left = beside.filter((tab) => tab.id !== id);
  const next = active[root] === id ? (left[beside.findIndex((tab) => tab.id === id)] ?? left.at(-1))?.id : active[root];
  const { [root]: _closed, ...others } = active;
  useTerminals.setState({
    tabs: tabs.filter((tab) => tab.id !== id),
    active: next === undefined ? others : { ...others, [root]: next },
    focus: {},
  });
  if (left.length === 0) useLayout.setState({ terminalOpen: false });
}

export function showTerminal(id: string): void {
  useTerminals.setState(({ active }) => ({ active: { ...active, [openRoot()]: id }, focus: {} }));
}

/** Opens the drawer, with a first terminal when there is none, and gives it the cursor. */
export function openTerminals(): void {
  useLayout.setState({ terminalOpen: true });
  if (tabsOf(useTerminals.getState().tabs, openRoot()).length === 0) newTerminal();
  else useTerminals.setState({ focus: {} });
}

/** Shows the terminals with the cursor in them; hides them when it is there already, and gives it back to the prompt. */
export function toggleTerminals(): void {
  const inside = document.activeElement?.closest('[data-testid="terminal-drawer"]') ?? null;
  if (!useLayout.getState().terminalOpen || inside === null) {
    openTerminals();
    return;
  }
  useLayout.setState({ terminalOpen: false });
  focusComposer();
}

export function typeInto(id: string, text: string): void {
  for (let at = 0; at < text.length; at += longestWrite) send(call("terminal.write", { id, text: text.slice(at, at + longestWrite) }));
}

export function resizeTerminal(id: string, columns: number, rows: number): void {
  send(call("terminal.resize", { id, columns, rows }));
}

/** So much output was drawn: the shell may print more. */
export function reportShown(id: string, characters: number): void {
  send(call("terminal.shown", { id, count: characters }));
}

/** Who draws a terminal takes its output from here on; returns the function that ends it. */
export function onTerminalOutput(id: string, sink: (text: string) => void): () => void {
  sinks.set(id, sink);
  return () => {
    if (sinks.get(id) === sink) sinks.delete(id);
  };
}

/**
 * Follows what main tells about terminals. When another project is opened its own are shown, those of the one before run on behind it;
 * returns the function that stops.
 */
export function followTerminals(): () => void {
  const stops = [
    on("terminal", (push) => {
      if (push.type === "output") sinks.get(push.id)?.(push.text);
      else change(push.id, { status: "ended", exitCode: push.exitCode, signal: push.signal });
    }),
    useApp.subscribe(({ app }, { app: before }) => {
      if (before === null || before.project?.root === app?.project?.root) return;
      if (useLayout.getState().terminalOpen) shownIn.add(before.project?.root ?? "");
      else shownIn.delete(before.project?.root ?? "");
      const root = app?.project?.root ?? "";
      const isShown = shownIn.has(root) && tabsOf(useTerminals.getState().tabs, root).length > 0;
      useLayout.setState({ terminalOpen: isShown });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function change(id: string, to: Partial<TerminalTab>, onlyFrom?: TerminalTab["status"]): void {
  useTerminals.setState(({ tabs }) => ({
    tabs: tabs.map((tab) => (tab.id === id && (onlyFrom === undefined || tab.status === onlyFrom) ? { ...tab, ...to } : tab)),
  }));
}

function send(sent: Promise<null>): void {
  sent.catch(reportError);
}
