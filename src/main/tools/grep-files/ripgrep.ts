import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { SpindleError } from "../../../protocol/error.ts";

export interface RipgrepOutput {
  /** What it printed, up to `MAX_OUTPUT`. */
  readonly stdout: Buffer;
  /** True when it was stopped because it printed more than that. */
  readonly cut: boolean;
  /** Files and folders it could not read. */
  readonly problems: readonly Unread[];
}

/** A file or folder that ripgrep could not read; `reason` in its words. */
export interface Unread {
  readonly path: string;
  readonly reason: string;
}

/** Output kept at most; a list of 500,000 files or the lines of 2,000 files fit. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs ripgrep and waits until it is gone, also when `signal` aborts (then it is killed). No match is an empty output. It finds
 * `descriptors` as its own from 3 on.
 * Throws `invalid_pattern` or `invalid_input` (glob) in ripgrep's words, `command_not_started`, `io_error`.
 */
export async function runRipgrep(
  args: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal; readonly descriptors?: readonly number[] },
): Promise<RipgrepOutput> {
  const executable = await ripgrepPath();
  options.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const env: NodeJS.ProcessEnv = { ...process.env };
    delete env["RIPGREP_CONFIG_PATH"];
    const child = spawn(executable, args, {
      cwd: options.cwd,
      env,
      stdio: ["ignore", "pipe", "pipe", ...(options.descriptors ?? [])],
      windowsHide: true,
    }) as ChildProcessByStdio<null, Readable, Readable>;
    const parts: Buffer[] = [];
    let size = 0;
    let cut = false;
    let stderr = "";
    let failure: Error | undefined;
    const stop = (): void => void child.kill("SIGKILL");
    options.signal.addEventListener("abort", stop, { once: true });
    child.stdout.on("data", (part: Buffer) => {
      if (cut) return;
      parts.push(part);
      size += part.length;
      if (size > MAX_OUTPUT) {
        cut = true;
        stop();
      }
    });
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (part: string) => {
      if (stderr.length < 16_384) stderr += part;
    });
    child.on("error", (error) => (failure = error));
    child.on("close", (code) => {
      options.signal.removeEventListener("abort", stop);
      if (failure !== undefined) {
        reject(
          new SpindleError("command_not_started", `ripgrep could not be started: ${failure.message}`, {
            hint: "Install the dependencies again.",
            cause: failure,
          }),
        );
      } else if (options.signal.aborted) {
        reject(options.signal.reason instanceof Error ? options.signal.reason : new SpindleError("cancelled", "The search was cancelled."));
      } else if (code === 0 || code === 1 || cut) {
        resolve({ stdout: Buffer.concat(parts), cut, problems: [] });
      } else {
        const problems = fileProblems(stderr);
        if (problems === undefined) reject(rejected(stderr));
        else resolve({ stdout: Buffer.concat(parts), cut, problems });
      }
    });
  });
}

/** The binary that npm installed; inside a packed application it lies unpacked beside the archive. */
async function ripgrepPath(): Promise<string> {
  const { rgPath } = await import("@vscode/ripgrep");
  return rgPath.replace(/([\\/])app\.asar([\\/])/, "$1app.asar.unpacked$2");
}

/** Exit code 2 with results is "some files could not be read": each line says which. Undefined when it was something else. */
function fileProblems(stderr: string): Unread[] | undefined {
  const found: Unread[] = [];
  for (const line of stderr.split("\n")) {
    if (line === "") continue;
    const [, path, reason] = /^rg: (.+): ([^:]+ \(os error \d+\))$/.exec(line) ?? [];
    if (path === undefined || reason === undefined) return undefined;
    found.push({ path, reason });
  }
  return found.length === 0 ? undefined : found;
}

function rejected(stderr: string): SpindleError {
  const message = stderr.trim().replace(/^rg: /, "");
  if (/parsing glob/.test(message)) return new SpindleError("invalid_input", `include: ${message}`);
  if (/regex|literal|pattern|compiled/i.test(message))
    return new SpindleError("invalid_pattern", message, {
      hint: "The syntax is that of Rust's regex crate: no look-around, no back-references.",
    });
  return new SpindleError("io_error", `rg failed: ${message}`);
}
