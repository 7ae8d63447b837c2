/** One child process to run to its end. */
export interface RunRequest {
  /** Program and arguments; no shell is added. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The folder that `cwd` must be (`folderId`), whatever stands at that path by now; it is entered by what was looked at. */
  readonly folderId?: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  /** The process group gets SIGTERM after this long, SIGKILL after a grace of 500 ms. */
  readonly timeoutMs: number;
  /** Bytes kept per stream (head and tail); the rest is counted. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Bytes that `onOutput` gets whole before a flood is thinned out. Default 0. */
  readonly wholeOutputBytes?: number;
  /** Bytes for the child's standard input; without it, it reads end-of-file at once. */
  readonly stdin?: Uint8Array;
  /** Bytes to hand over on file descriptor 3 (a seccomp program). */
  readonly fd3?: Uint8Array;
  /** Bytes to hand over on file descriptor 4 (further arguments of a sandbox wrapper). */
  readonly fd4?: Uint8Array;
  /** `argv[0]` only wraps the command: it must not get the SIGTERM, or the command would lose its grace (Linux only). */
  readonly wrapper?: boolean;
}

export interface RunResult {
  /** 128+n after signal n, 124 after a timeout. */
  readonly exitCode: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in order of arrival, capped like them. */
  readonly output: string;
  readonly durationMs: number;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  /** Bytes that were dropped from the middle of the streams. */
  readonly omittedBytes: number;
}

/**
 * Runs children in their own process group. Rejects with `SpindleError`: `command_not_started` (missing program, missing
 * folder, arguments too long), `denied` (`cwd` is another folder than `folderId`), `cancelled` (after the whole group is dead) and `interrupted` (the process that runs commands
 * ended). `onOutput` gets decoded text for a person who watches: pieces of at most 8 KiB, gathered for 16 ms, at most 10,000
 * per run; a flood is thinned out there (the result is not), see `output-deltas.ts`. When `expiry` aborts the command runs into its
 * timeout at once: for who keeps the time and may give more of it.
 */
export interface Runner {
  run(
    request: RunRequest,
    signal: AbortSignal,
    onOutput?: (stream: "stdout" | "stderr", text: string) => void,
    expiry?: AbortSignal,
  ): Promise<RunResult>;
  /** Kills what still runs and waits for it. */
  close(): Promise<void>;
}
