import type { ITheme } from "@xterm/xterm";

/** Which token each colour of a terminal is. Bright colours are the same ones: both have to be read on the same ground. */
const tokens = {
  background: "--inset",
  foreground: "--fg",
  cursor: "--fg",
  cursorAccent: "--inset",
  selectionBackground: "--accent-soft",
  black: "--deco",
  brightBlack: "--fg3",
  red: "--del",
  brightRed: "--del",
  green: "--add",
  brightGreen: "--add",
  yellow: "--warn",
  brightYellow: "--warn",
  blue: "--accent-text",
  brightBlue: "--accent-text",
  magenta: "--syntax-keyword",
  brightMagenta: "--syntax-keyword",
  cyan: "--cyan",
  brightCyan: "--cyan",
  white: "--fg2",
  brightWhite: "--fg",
} as const satisfies Partial<Record<keyof ITheme, string>>;

/** The colours of the theme that is on: the terminal wants plain colours, so the browser resolves the tokens. */
export function terminalTheme(): ITheme {
  const probe = document.createElement("span");
  document.body.append(probe);
  try {
    return Object.fromEntries(
      Object.entries(tokens).map(([name, token]) => {
        probe.style.color = `var(${token})`;
        return [name, getComputedStyle(probe).color];
      }),
    );
  } finally {
    probe.remove();
  }
}

/** Calls back when the colours are others: the person chose a theme, or the system did. Returns the function that stops. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", listener);
  };
}
