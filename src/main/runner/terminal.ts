/** One shell of the person to start: never anything a model asked for. */
export interface TerminalRequest {
  /** Of the caller's choice; output and end carry it. */
  readonly id: string;
  /** Absolute path of the shell; it is started as a login shell. */
  readonly shell: string;
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

/** How a shell ended. */
export interface TerminalEnd {
  /** 128+n after signal n. */
  readonly exitCode: number;
  readonly signal: string | null;
}

/** Told about every terminal, from the moment `open` is called. */
export interface TerminalListener {
  /** At most every 16 ms and 64 Ki characters per terminal. What was shown is to be reported with `shown`. */
  output(id: string, text: string): void;
  ended(id: string, end: TerminalEnd): void;
}

/**
 * Terminals with the person's own shell, not sandboxed. Calls for a terminal that has ended do nothing: it may end at any
 * moment, also when the process that runs it dies (exit code 129 with SIGHUP then).
 */
export interface Terminals {
  /** Resolves when the shell runs. Rejects with `command_not_started`, `bad_request` (the id is taken), `interrupted`. */
  open(request: TerminalRequest): Promise<void>;
  write(id: string, text: string): void;
  resize(id: string, columns: number, rows: number): void;
  /** `count` characters of output were shown: with 256 Ki not shown the shell has to wait. */
  shown(id: string, count: number): void;
  /** Hangs up: SIGHUP, and SIGKILL for the shell after a grace of 500 ms. `ended` follows. */
  close(id: string): void;
  /** Hangs up all of them; resolves when every shell is dead. */
  closeAll(): Promise<void>;
}
