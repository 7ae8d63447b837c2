import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** One line of `--json`: an event, or the `error` line of a command that could not begin. */
export type Line =
  | SpindleEvent
  | { readonly type: "error"; readonly seq: 0; readonly time: number; readonly code: string; readonly message: string };

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of standard output as events (`--json`); throws when a line is no JSON. */
  events(): Line[];
}

export interface RunOptions {
  readonly cwd?: string;
  /** False: `run` and `exec` are not told the folder by `-C`. Default true. */
  readonly named?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** User and group id to run as; needs root. */
  readonly as?: number;
  /** Called with every line as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

export interface SpindleLab {
  readonly home: string;
  readonly project: string;
  /** Where the process puts temporary files. */
  readonly tmp: string;
  /** Files of the project by their path. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  settings(value: unknown): void;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
}

/** Runs the built command line with a data folder and a project of its own, and with an environment that holds no key. */
export function useSpindle(): () => SpindleLab {
  if (!existsSync(path.join(root, "out/main/cli.cjs")))
    throw new Error("The application is not built: run `npm run build` first (`npm test` does).");
  const tempFolder = useTempFolders();
  const running = new Set<ChildProcess>();
  afterEach(() => {
    // Only a test that failed half way leaves one.
    for (const child of running) child.kill("SIGKILL");
    running.clear();
  });
  return () => {
    const base = tempFolder();
    const lab = { home: path.join(base, "home"), project: path.join(base, "project"), tmp: path.join(base, "tmp") };
    mkdirSync(lab.home);
    mkdirSync(lab.project);
    mkdirSync(lab.tmp);
    return {
      ...lab,
      write(files) {
        for (const [name, content] of Object.entries(files)) {
          mkdirSync(path.dirname(path.join(lab.project, name)), { recursive: true });
          writeFileSync(path.join(lab.project, name), content);
        }
      },
      settings: (value) => writeFileSync(path.join(lab.home, "settings.json"), JSON.stringify(value)),
      run(args, options = {}) {
        const child = spawn(process.execPath, [path.join(root, "bin/spindle.mjs"), ...args, ...named(args, options)], {
          cwd: options.cwd ?? lab.project,
          env: {
            PATH: process.env["PATH"],
            HOME: lab.home,
            SPINDLE_HOME: lab.home,
            TMPDIR: lab.tmp,
            SPINDLE_DEMO_PAUSE_MS: "0",
            ...options.env,
          },
          ...(options.as === undefined ? {} : { uid: options.as, gid: options.as }),
        });
        running.add(child);
        return end(child, options).finally(() => running.delete(child));
      },
    };
  };
}

/** Trust for the folder, as a person who means it gives it. */
function named(args: readonly string[], { named: wanted = true }: RunOptions): readonly string[] {
  return wanted && ["run", "exec"].includes(args[0] ?? "") && !args.includes("-C") ? ["-C", "."] : [];
}

function end(child: ChildProcess, { stdin, onLine }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    let shown = 0;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      for (let at = stdout.indexOf("\n", shown); at >= 0; at = stdout.indexOf("\n", shown)) {
        const line = stdout.slice(shown, at);
        shown = at + 1;
        onLine?.(line, child);
      }
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.stdin?.end(stdin ?? "");
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({
        code,
        stdout,
        stderr,
        events: () =>
          stdout
            .trimEnd()
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Line),
      });
    });
  });
}

/** The events of one type. */
export function of<T extends Line["type"]>(lines: readonly Line[], type: T): Extract<Line, { type: T }>[] {
  return lines.filter((line): line is Extract<Line, { type: T }> => line.type === type);
}

/** Waits until it holds, at most 10 s; the assertion that follows says what is wrong. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
}
