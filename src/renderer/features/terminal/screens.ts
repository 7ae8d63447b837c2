import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { openLink } from "../../state/notices.ts";
import {
  onTerminalOutput,
  reportShown,
  resizeTerminal,
  startTerminal,
  type TerminalTab,
  typeInto,
  useTerminals,
} from "../../state/terminals.ts";
import { onThemeChange, terminalTheme } from "./terminal-theme.ts";

/** What a terminal printed and how it is drawn; it lives as long as its tab, also while the drawer is closed. */
export interface Screen {
  readonly element: HTMLElement;
  /** Draws into the place it stands in, once the font is there; the first time this starts the shell. */
  fit(): void;
  focus(): void;
  /** Starts an ended shell again. */
  restart(): void;
  dispose(): void;
}

const screens = new Map<string, Screen>();
/** Characters between two reports of what was drawn: a call for each batch would be wasted. */
const reportEvery = 32 * 1024;

const font = '"JetBrains Mono Variable"';
/** As the settings say it when a terminal is opened, px. */
const fontSize = (): number => Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--code-size"), 10);

/** A font that cannot be loaded is replaced by the next one of the list. */
async function loadFont(): Promise<void> {
  await document.fonts.load(`${fontSize()}px ${font}`).catch(() => []);
}

/** The screen of a terminal, made at the first call. */
export function screenOf(id: string): Screen {
  const known = screens.get(id);
  if (known !== undefined) return known;
  const made = createScreen(id);
  screens.set(id, made);
  return made;
}

useTerminals.subscribe(({ tabs }) => {
  for (const [id, screen] of screens) {
    if (tabs.some((tab) => tab.id === id)) continue;
    screens.delete(id);
    screen.dispose();
  }
});

function createScreen(id: string): Screen {
  const element = document.createElement("div");
  element.className = "h-full w-full [font-variant-ligatures:none]";
  const terminal = new Terminal({
    fontFamily: `${font}, ui-monospace, monospace`,
    fontSize: fontSize(),
    lineHeight: 1.35,
    scrollback: 5_000,
    minimumContrastRatio: 4.5,
    theme: terminalTheme(),
    // A link that a program prints is no more trusted than one of a model.
    linkHandler: { activate: (_event, uri) => openLink(uri) },
  });
  const fitter = new FitAddon();
  terminal.loadAddon(fitter);
  terminal.attachCustomKeyEventHandler(isForShell);

  let unreported = 0;
  const drawn = (length: number): void => {
    unreported += length;
    if (unreported < reportEvery) return;
    reportShown(id, unreported);
    unreported = 0;
  };
  const stops = [
    onTerminalOutput(id, (text) => terminal.write(text, () => drawn(text.length))),
    onThemeChange(() => {
      terminal.options.theme = terminalTheme();
    }),
  ];
  terminal.onData((text) => {
    const status = tabOf(id)?.status;
    if (status === "running" || status === "starting") typeInto(id, text);
    else if (text === "\r" && (status === "ended" || status === "failed")) restart();
  });
  terminal.onResize(({ cols, rows }) => {
    if (tabOf(id)?.status === "running") resizeTerminal(id, cols, rows);
  });

  const start = async (): Promise<void> => {
    const { cols, rows } = terminal;
    await startTerminal(id, cols, rows);
    // A size that changed while the shell was started has not been told to anybody.
    if (tabOf(id)?.status === "running" && (terminal.cols !== cols || terminal.rows !== rows))
      resizeTerminal(id, terminal.cols, terminal.rows);
  };
  const restart = (): void => {
    unreported = 0;
    terminal.reset();
    void start();
  };

  let fontLoaded = false;
  let disposed = false;
  let wantsFocus = false;
  const fit = (): void => {
    if (!fontLoaded || disposed || !element.isConnected || element.clientWidth === 0) return;
    if (terminal.element === undefined) {
      terminal.open(element);
      terminal.textarea?.setAttribute("aria-label", `Terminal ${tabOf(id)?.number ?? ""}, Shift Escape leaves it`);
    }
    fitter.fit();
    if (wantsFocus) terminal.focus();
    wantsFocus = false;
    if (tabOf(id)?.status === "new") void start();
  };
  // The width of a character is measured when the terminal is opened: with another font the columns would be wrong.
  void loadFont().then(() => {
    fontLoaded = true;
    fit();
  });
  return {
    element,
    fit,
    focus() {
      wantsFocus = true;
      fit();
    },
    restart,
    dispose() {
      disposed = true;
      for (const stop of stops) stop();
      terminal.dispose();
      element.remove();
    },
  };
}

function tabOf(id: string): TerminalTab | undefined {
  return useTerminals.getState().tabs.find((tab) => tab.id === id);
}

/** False for the keys of the window; all others are the shell's, Ctrl with a letter included. */
function isForShell(event: KeyboardEvent): boolean {
  if (event.code === "Backquote" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) return false;
  if (event.key === "Escape" && event.shiftKey) return false;
  if (event.ctrlKey && event.shiftKey && (event.code === "KeyC" || event.code === "KeyV")) {
    // Pasting is done by the browser, copying by the terminal when it is asked to.
    if (event.type === "keydown" && event.code === "KeyC") document.execCommand("copy");
    return false;
  }
  return true;
}
