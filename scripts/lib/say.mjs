// Words for the person in front of the terminal. Everything goes to stderr: stdout belongs to results
// (`npm run bench -- NAME --json`, the closing line of `npm test`).

/** A failure of set-up that the message fully explains: shown without a stack. */
export class SetupError extends Error {
  name = "SetupError";
}

/** Lines Chromium writes to stderr on machines without D-Bus or a GPU; of no use to anybody. */
export const chromiumNoise =
  /^\[\d+:.*(ERROR|WARNING|INFO).*(bus\.cc|dbus|gpu|egl|gl_|vaapi|viz_main|angle|vulkan|UPower|portal|GetVSyncParameters)|^(Debugger|DevTools) (listening|attached)|^For help, see: https:\/\/nodejs\.org|^$/i;

/** @param {string} text */
export function say(text) {
  process.stderr.write(`[spindle] ${text}\n`);
}

/**
 * Runs a long step and shows that it lives: start, a line every few seconds, duration at the end.
 * @template T
 * @param {string} title
 * @param {(progress: (text: string) => void) => Promise<T>} work Calls `progress` with where it is; only the newest text is shown.
 * @param {(result: T) => string} [outcome] The word at the end. Default: `done`.
 * @returns {Promise<T>}
 */
export async function step(title, work, outcome = () => "done") {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  let where = "";
  say(`${title} …`);
  const timer = setInterval(() => say(`${title} … ${where === "" ? "" : `${where}, `}${seconds()}`), 5_000);
  try {
    const result = await work((text) => (where = text));
    say(`${title}: ${outcome(result)} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/**
 * Runs a script's main function and turns its outcome into the exit code. A `SetupError` is shown as its message only.
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(
      error instanceof SetupError ? `\n[spindle] ${error.message}\n` : `\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
