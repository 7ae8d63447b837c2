import { userInfo } from "node:os";

/**
 * Names of variables that never reach the person's own shell: what steers Electron and Node, and what is only ours. The
 * second group is Chromium's and its launcher's.
 */
const ours = /^(?:ELECTRON_.*|SPINDLE_.*|NODE_OPTIONS|CHROME_.*|ORIGINAL_XDG_CURRENT_DESKTOP)$/;
/** What a terminal around us said about itself; the shell is not in it. */
const outerTerminal = /^(?:TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERMCAP|COLUMNS|LINES|TERM_PROGRAM|TERM_PROGRAM_VERSION|VTE_VERSION)$/;

/**
 * The environment of the person's terminals: their own, without what is ours and without every variable that holds one of
 * `secrets` (keys that Spindle uses). A login shell may set such a key again from the person's own profile.
 */
export function personEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  version: string,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || ours.test(name) || outerTerminal.test(name)) continue;
    if (secrets.some((secret) => secret !== "" && value.includes(secret))) continue;
    kept[name] = value;
  }
  return { ...kept, TERM: "xterm-256color", COLORTERM: "truecolor", TERM_PROGRAM: "Spindle", TERM_PROGRAM_VERSION: version };
}

/** The person's login shell: `SHELL`, else what the system has for the user, else `/bin/sh`; on Windows `ComSpec`. */
export function personShell(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === "win32") return env["ComSpec"] ?? "C:\\Windows\\System32\\cmd.exe";
  const named = env["SHELL"];
  if (named !== undefined && named.startsWith("/")) return named;
  return userInfo().shell ?? "/bin/sh";
}
