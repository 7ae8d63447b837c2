import { SpindleError } from "../../protocol/error.ts";

/** Handed to every command when set; names that begin with `LC_` too. */
const allowed: ReadonlySet<string> = new Set(["PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "USER", "LOGNAME", "SHELL", "TZ"]);
/** Needed by programs on Windows. */
const allowedOnWindows: ReadonlySet<string> = new Set([
  "SYSTEMROOT",
  "SYSTEMDRIVE",
  "COMSPEC",
  "PATHEXT",
  "TEMP",
  "TMP",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
  "PROGRAMFILES",
  "PROGRAMDATA",
  "WINDIR",
]);
/** Never taken from our own environment, whatever the settings say. */
const refused = /^(?:ELECTRON_.*|CHROME_.*|NODE_OPTIONS|.*_API_KEY)$/i;
/** Read by the loader or the shell before the command itself: to be set inside the command line, where a person sees them act. */
const loader = /^(?:LD_.*|DYLD_.*|BASH_ENV|ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|IFS)$/;

/** Nobody reads the output on a terminal: no colours, no pagers, no editors, no questions. */
const quiet: Readonly<Record<string, string>> = {
  NO_COLOR: "1",
  TERM: "dumb",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GH_PAGER: "cat",
  GIT_EDITOR: "true",
  GIT_TERMINAL_PROMPT: "0",
  DEBIAN_FRONTEND: "noninteractive",
};

/**
 * The environment of a command: an allow list of ours, what settings allow besides, and what the call asks for. Keys for
 * model APIs and what steers Electron or Node never pass. Throws `invalid_input` for a variable of the call that would
 * change the shell itself, and for a NUL in a value.
 */
export function commandEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  options: { readonly allow: readonly string[]; readonly extra: Readonly<Record<string, string>> },
): Record<string, string> {
  const env: Record<string, string> = {};
  const asked = new Set(options.allow);
  for (const [name, value] of Object.entries(own)) {
    const wanted =
      allowed.has(name) ||
      name.startsWith("LC_") ||
      asked.has(name) ||
      (process.platform === "win32" && allowedOnWindows.has(name.toUpperCase()));
    if (value !== undefined && wanted && !refused.test(name)) env[name] = value;
  }
  Object.assign(env, quiet);
  for (const [name, value] of Object.entries(options.extra)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new SpindleError("invalid_input", `${JSON.stringify(name)} is no name for an environment variable.`, {
        hint: "Use letters, digits and underscores.",
      });
    if (loader.test(name))
      throw new SpindleError("invalid_input", `The environment variable ${name} cannot be set from outside the command.`, {
        hint: `Set it inside the command: ${name}=… program.`,
      });
    // In bubblewrap's list of arguments a NUL ends a word: what follows would be options of the sandbox itself.
    if (value.includes("\0"))
      throw new SpindleError("invalid_input", `The value of the environment variable ${name} holds a NUL character.`, {
        hint: "No program can be given one; write it without.",
      });
    env[name] = value;
  }
  return env;
}
