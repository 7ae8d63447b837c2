import { accessSync, constants as fsConstants, existsSync, statSync } from "node:fs";
import { constants } from "node:os";
import type { IPty } from "node-pty";
import { SpindleError } from "../../protocol/error.ts";
import { withoutInherited } from "./inherited-descriptors.ts";
import { groupGone, signalGroup } from "./process-group.ts";
import type { TerminalEnd, TerminalListener, TerminalRequest, Terminals } from "./terminal.ts";
import { createTerminalOutput, type TerminalOutput } from "./terminal-output.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** Between SIGHUP and SIGKILL. */
const graceMs = 500;

interface Session {
  readonly pty: IPty;
  readonly output: TerminalOutput;
  readonly ended: Promise<void>;
}

export interface TerminalHost extends Terminals {
  /** True once a terminal was opened: node-pty lets children inherit its descriptor. */
  hasOpened(): boolean;
}

/**
 * Runs terminals as children of this very process: inside the broker, never in Electron's main process, whose descriptors
 * every child would inherit. Shells end with this process: the system hangs up, and the watchdog kills who ignores that.
 */
export function createTerminalHost(listener: TerminalListener): TerminalHost {
  const sessions = new Map<string, Session>();
  const taken = new Set<string>();
  let watchdog: Watchdog | undefined;
  /** How often all were closed: what was being opened meanwhile is not. */
  let closings = 0;
  let opened = false;

  const start = async (request: TerminalRequest): Promise<Session> => {
    check(request);
    const before = closings;
    // Native code, loaded with the first terminal only.
    const { spawn } = await import("node-pty");
    if (closings !== before) throw new SpindleError("interrupted", "The terminals were closed.");
    if (process.platform !== "win32") watchdog ??= startWatchdog(null);
    const [file, ...args] = commandLine(request.shell);
    opened = true;
    const pty = spawn(file, args, {
      name: "xterm-256color",
      cols: request.columns,
      rows: request.rows,
      cwd: request.cwd,
      env: { ...request.env },
    });
    watchdog?.addTerminal(pty.pid);
    const output = createTerminalOutput((text) => listener.output(request.id, text), pty);
    pty.onData(output.push);
    const ended = new Promise<TerminalEnd>((resolve) => pty.onExit((end) => resolve(endOf(end)))).then(async (end) => {
      sessions.delete(request.id);
      taken.delete(request.id);
      output.end();
      await sweep(pty.pid);
      listener.ended(request.id, end);
    });
    return { pty, output, ended };
  };

  /** What is left in the shell's own group: jobs have groups of their own and got the SIGHUP of the terminal. */
  const sweep = async (pid: number): Promise<void> => {
    if (process.platform === "win32") return;
    if (signalGroup(pid, "SIGKILL")) await groupGone(pid, graceMs);
    watchdog?.removeTerminal(pid);
  };

  const hangUp = (session: Session): void => {
    // A terminal that waits for the person would not notice its end.
    session.pty.resume();
    session.pty.kill();
    const timer = setTimeout(() => signalGroup(session.pty.pid, "SIGKILL"), graceMs);
    void session.ended.then(() => clearTimeout(timer));
  };

  return {
    hasOpened: () => opened,
    async open(request) {
      if (taken.has(request.id)) throw new SpindleError("bad_request", `There is a terminal ${request.id} already.`);
      taken.add(request.id);
      try {
        sessions.set(request.id, await start(request));
      } catch (error) {
        taken.delete(request.id);
        throw error;
      }
    },
    write: (id, text) => sessions.get(id)?.pty.write(text),
    resize: (id, columns, rows) => sessions.get(id)?.pty.resize(columns, rows),
    shown: (id, count) => sessions.get(id)?.output.shown(count),
    close(id) {
      const session = sessions.get(id);
      if (session !== undefined) hangUp(session);
    },
    async closeAll() {
      closings++;
      const open = [...sessions.values()];
      for (const session of open) hangUp(session);
      await Promise.all(open.map(({ ended }) => ended));
      if (sessions.size > 0) return;
      const unneeded = watchdog;
      watchdog = undefined;
      await unneeded?.close();
    },
  };
}

/** The shell as a login shell, without the descriptors that this process holds. */
function commandLine(shell: string): [string, ...string[]] {
  if (process.platform === "win32") return [shell];
  if (!existsSync("/bin/bash"))
    throw new SpindleError("command_not_started", "A terminal needs /bin/bash, which closes what no other program may get.", {
      hint: "Install bash.",
    });
  // `exec -l` makes a login shell of any shell, also of those that know no such option.
  return withoutInherited([shell], [], "exec -l");
}

function check({ cwd, shell, env }: TerminalRequest): void {
  const refuse = (message: string, hint: string, cause?: unknown): SpindleError =>
    new SpindleError("command_not_started", message, { hint, cause });
  if ([cwd, shell, ...Object.entries(env).flat()].some((text) => text.includes("\0")))
    throw refuse("The shell, its folder or its environment contains a NUL byte.", "Remove the NUL byte.");
  if (!existsSync(cwd) || !statSync(cwd).isDirectory()) throw refuse(`The folder ${cwd} does not exist.`, "Open an existing folder.");
  try {
    accessSync(shell, fsConstants.X_OK);
  } catch (error) {
    throw refuse(`The shell ${shell} cannot be started.`, "Set SHELL to an installed shell and start Spindle again.", error);
  }
}

function endOf({ exitCode, signal }: { readonly exitCode: number; readonly signal?: number }): TerminalEnd {
  if (signal === undefined || signal === 0) return { exitCode, signal: null };
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? null;
  return { exitCode: 128 + signal, signal: name };
}
