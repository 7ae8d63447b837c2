import { Worker } from "node:worker_threads";
import type { CommandAction } from "../../protocol/command-action.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { PatchCommand } from "./find-patch.ts";
import type { GrammarFiles } from "./parser.ts";
import type { SeenCommands } from "./seen-commands.ts";
import { unreadCommand } from "./read-command.ts";

/** All that is understood of one command line. */
export interface Inspection {
  /** Set when the command line is a call of the patch tool and nothing else. */
  readonly patch: PatchCommand | null;
  /** The words of all commands; null when only a shell could say them. */
  readonly words: readonly (readonly string[])[] | null;
  /** What may run, for rules that forbid or ask. */
  readonly seen: SeenCommands;
  /** What it does, for display. */
  readonly actions: readonly CommandAction[];
  /** It deletes by force, as far as its literal words tell. */
  readonly forcedRm: boolean;
  /** It may delete by force: the same by a wider and coarser net, which approvals ask on. */
  readonly mayForceRm: boolean;
}

export interface ShellFiles extends GrammarFiles {
  /** Absolute path of the built `worker.ts`. */
  readonly worker: string;
}

export interface ShellInspector {
  /**
   * Reads a command line as bash; `folder` (absolute) is where it would run and begins the paths of `actions`. Never throws
   * for any text: what is no valid bash is just not understood, nor is what is too much: longer than 2 Mi characters, or
   * more than 30 s or 256 MiB. Throws `internal` when the grammar cannot be loaded, `cancelled` after `close`.
   */
  inspect(cmd: string, folder: string): Promise<Inspection>;
  /** Ends the thread; a command line that is being read is not any more. */
  close(): Promise<void>;
}

export interface ToShellWorker {
  readonly cmd: string;
  readonly folder: string;
}
export type FromShellWorker = { readonly type: "ready" } | { readonly type: "read"; readonly inspection: Inspection };

const maxLength = 2 * 1024 * 1024;
const maxReadMs = 30_000;
const maxHeapMb = 768;

/** Starts its thread with the first command line (0.3 s), and again after one that was too much. One is read after the other. */
export function createShellInspector(files: ShellFiles): ShellInspector {
  let worker: Promise<Worker> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  const ready = (): Promise<Worker> => {
    worker ??= startWorker(files).catch((error: unknown) => {
      worker = undefined;
      throw error;
    });
    return worker;
  };
  const read = async (cmd: string, folder: string): Promise<Inspection> => {
    if (closed) throw new SpindleError("cancelled", "Spindle is closing.");
    if (cmd.length > maxLength) return unreadCommand(cmd);
    const thread = await ready();
    const inspection = await ask(thread, { cmd, folder });
    if (inspection !== null) return inspection;
    worker = undefined;
    await thread.terminate();
    if (closed) throw new SpindleError("cancelled", "Spindle is closing.");
    return unreadCommand(cmd);
  };
  return {
    inspect(cmd, folder) {
      const turn = last.then(() => read(cmd, folder));
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      closed = true;
      const thread = await worker?.catch(() => undefined);
      worker = undefined;
      await thread?.terminate();
    },
  };
}

function startWorker(files: ShellFiles): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const { worker, ...workerData } = files;
    const thread = new Worker(worker, { workerData, name: "shell", resourceLimits: { maxOldGenerationSizeMb: maxHeapMb }, env: {} });
    // It has nothing to say, and must not keep a command line alive that is done.
    thread.unref();
    const fail = (error?: unknown): void =>
      reject(
        new SpindleError("internal", "The grammar that reads commands could not be loaded.", {
          hint: "Install Spindle again: a file of it is missing or broken.",
          details: { worker, grammar: files.grammar },
          cause: error,
        }),
      );
    // Stays on for good: an error that nobody listens to would end the process. Later ones change nothing here.
    thread.on("error", fail);
    thread.once("exit", () => fail());
    thread.once("message", () => resolve(thread));
  });
}

/** Null when the thread came to its end over it, or took too long. */
function ask(thread: Worker, request: ToShellWorker): Promise<Inspection | null> {
  return new Promise((resolve) => {
    const settle = (inspection: Inspection | null): void => {
      clearTimeout(timer);
      thread.off("message", onMessage);
      thread.off("error", onEnd);
      thread.off("exit", onEnd);
      thread.unref();
      resolve(inspection);
    };
    const onMessage = (message: FromShellWorker): void => {
      if (message.type === "read") settle(message.inspection);
    };
    const onEnd = (): void => settle(null);
    const timer = setTimeout(onEnd, maxReadMs);
    thread.ref();
    thread.on("message", onMessage);
    thread.on("error", onEnd);
    thread.on("exit", onEnd);
    thread.postMessage(request);
  });
}
