import { spawn } from "node:child_process";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { OpenedFile, ProjectInfo } from "../../protocol/ipc.ts";
import { findProgram } from "../lib/find-program.ts";
import { fileError, isInside } from "../lib/paths.ts";
import { editorCommand, isPlainText } from "./editor-command.ts";

export interface FileOpenerPorts {
  /** Spindle's data folder. */
  readonly home: string;
  project(): ProjectInfo | null;
  /** The setting `editor`. */
  editor(): string;
  /** The environment of the person's own programs. */
  env(): Readonly<Record<string, string>>;
  /** Opens a file with the system's program for it; resolves with what went wrong, or an empty text. */
  openPath(file: string): Promise<string>;
  /** Shows a file in its folder. */
  showInFolder(file: string): void;
}

/** An editor that could not do it usually says so at once (ms). */
const failsWithinMs = 600;

/**
 * Opens files outside of Spindle, for the call `files.open`: those of the open project once it is trusted, and output that Spindle
 * kept of tasks and scripts. With the setting `editor` that program is started; without it the system's own, for text that nothing
 * could run. Everything else is shown in its folder. Rejects with `untrusted_folder`, `outside_project`, `not_found`, `not_a_file`,
 * `settings_invalid`, `command_not_started`, `command_failed` or `io_error`.
 */
export function createFileOpener(ports: FileOpenerPorts): (given: string, line: number | null) => Promise<OpenedFile> {
  return async (given, line) => {
    const project = ports.project();
    const { file, mode } = await locate(given, project, ports.home);
    if (ports.editor().trim() !== "") {
      const { program, args } = editorCommand(ports.editor(), file, line);
      await start(given, program, args, project, ports.env());
      return { by: "editor" };
    }
    if (!isPlainText(file, process.platform) || (process.platform !== "win32" && (mode & 0o111) !== 0)) {
      ports.showInFolder(file);
      return { by: "folder" };
    }
    const problem = await ports.openPath(file);
    if (problem !== "")
      throw new SpindleError("io_error", `The system could not open ${given}: ${problem}`, {
        hint: "Name your editor in the settings, for example: code -g {file}:{line}",
      });
    return { by: "system" };
  };
}

/** Where the path really leads, when it may be opened. */
async function locate(given: string, project: ProjectInfo | null, home: string): Promise<{ readonly file: string; readonly mode: number }> {
  if (given.includes("\0")) throw new SpindleError("invalid_input", "A path must not contain a NUL byte.");
  const file = await realpath(path.resolve(project?.root ?? home, given)).catch((error: unknown) => {
    throw fileError(error, given);
  });
  if (!isKeptOutput(await realpath(home).catch(() => home), file)) {
    if (project === null || !isInside(project.root, file))
      throw new SpindleError("outside_project", `${given} is outside the project.`, { hint: "Open it from your file manager." });
    if (!project.trusted)
      throw new SpindleError("untrusted_folder", `${project.name} is not trusted yet, so nothing of it is opened in other programs.`, {
        hint: "Trust the folder first.",
      });
  }
  const facts = await stat(file).catch((error: unknown) => {
    throw fileError(error, given);
  });
  if (!facts.isFile()) throw new SpindleError("not_a_file", `${given} is no file.`, { hint: "Open it from your file manager." });
  return { file, mode: facts.mode };
}

/** What Spindle itself wrote for people to read: output of tasks and of scripts. Nothing else of the data folder. */
function isKeptOutput(home: string, file: string): boolean {
  const parts = path.relative(home, file).split(path.sep);
  const [folder, place, last] = parts;
  if (folder === "tasks") return parts.length === 3 && place === "output" && /^[a-z0-9_]+\.(?:log|text|result\.json)$/.test(last ?? "");
  return folder === "conversations" && parts.length === 4 && last === "output" && /^[\w.-]+\.(?:txt|ts)$/.test(parts[3] ?? "");
}

/** Starts the editor, which goes on when Spindle ends. A project does not bring the program that opens its files. */
async function start(
  given: string,
  name: string,
  args: readonly string[],
  project: ProjectInfo | null,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const names = process.platform === "win32" ? [name, `${name}.exe`] : [name];
  const program = path.isAbsolute(name)
    ? name
    : names
        .map((each) => findProgram(each, env["PATH"] ?? env["Path"] ?? "", project === null ? [] : [project.root]))
        .find((found) => found !== undefined);
  if (program === undefined || (project !== null && isInside(project.root, program)))
    throw new SpindleError("command_not_started", `The editor ${name} was not found.`, {
      hint: "Write its full path in the settings, under Editor.",
    });
  const child = spawn(program, [...args], { shell: false, detached: true, stdio: "ignore", windowsHide: false, env });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, failsWithinMs);
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(
        new SpindleError("command_not_started", `The editor ${name} could not be started: ${cause.message}`, {
          hint: "Look at the command in the settings, under Editor.",
          cause,
        }),
      );
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      if (code === 0 || code === null) resolve();
      else
        reject(
          new SpindleError("command_failed", `The editor ${name} ended with ${code} and did not open ${given}.`, {
            hint: "Look at the command in the settings, under Editor.",
          }),
        );
    });
  });
  child.unref();
}
