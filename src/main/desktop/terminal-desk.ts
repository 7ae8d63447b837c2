import path from "node:path";
import type { ProjectInfo, TerminalPush } from "../../protocol/ipc.ts";
import { SpindleError } from "../../protocol/error.ts";
import { personEnvironment, personShell } from "./person-shell.ts";
import type { Handlers } from "./serve-calls.ts";

/** What runs terminals: `Terminals` of the runner, which are not for desktop to know. */
export interface TerminalPort {
  open(request: {
    readonly id: string;
    readonly shell: string;
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly columns: number;
    readonly rows: number;
  }): Promise<void>;
  write(id: string, text: string): void;
  resize(id: string, columns: number, rows: number): void;
  shown(id: string, count: number): void;
  close(id: string): void;
  closeAll(): Promise<void>;
}

export type StartTerminals = (listener: {
  output(id: string, text: string): void;
  ended(id: string, end: { readonly exitCode: number; readonly signal: string | null }): void;
}) => TerminalPort;

/** The terminals of one window. They are the person's: nothing of them reaches a model, a log or a file of ours. */
export interface TerminalDesk {
  readonly handlers: Pick<Handlers, "terminal.open" | "terminal.write" | "terminal.resize" | "terminal.shown" | "terminal.close">;
  /** Ends all shells: the page that showed them is gone. Those of another project than the open one run on. */
  closeAll(): void;
}

export function createTerminalDesk(options: {
  readonly start: StartTerminals;
  readonly push: (push: TerminalPush) => void;
  readonly project: () => ProjectInfo | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: () => readonly string[];
  readonly version: string;
  readonly onError: (error: unknown) => void;
}): TerminalDesk {
  const terminals = options.start({
    output: (id, text) => options.push({ type: "output", id, text }),
    ended: (id, end) => options.push({ type: "ended", id, ...end }),
  });
  return {
    handlers: {
      "terminal.open": async ({ id, columns, rows }) => {
        const project = options.project();
        if (project === null) throw new SpindleError("bad_request", "No project is open.", { hint: "Open a folder first." });
        const shell = personShell(options.env);
        const env = personEnvironment(options.env, options.secrets(), options.version);
        await terminals.open({ id, shell, cwd: project.root, env, columns, rows });
        return { shell: path.basename(shell) };
      },
      "terminal.write": ({ id, text }) => {
        terminals.write(id, text);
        return null;
      },
      "terminal.resize": ({ id, columns, rows }) => {
        terminals.resize(id, columns, rows);
        return null;
      },
      "terminal.shown": ({ id, count }) => {
        terminals.shown(id, count);
        return null;
      },
      "terminal.close": ({ id }) => {
        terminals.close(id);
        return null;
      },
    },
    closeAll: () => void terminals.closeAll().catch(options.onError),
  };
}
