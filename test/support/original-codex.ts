import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** The version whose behaviour docs/tools.md calls "the original". */
export const ORIGINAL = "@openai/codex@0.169.0";

/** The original program, brought into a scratch folder. */
export interface Original {
  /** Its patch command with the patch on standard input. */
  applyPatch(patch: string | Uint8Array, cwd: string): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  remove(): void;
}

/**
 * Installs the original from the npm registry into a temp folder: only ever on request, it is about 100 MB. Throws when
 * there is no build of it for this machine.
 */
export async function bringOriginal(): Promise<Original> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-original-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const install = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, ORIGINAL];
    await promisify(execFile)("npm", install, { cwd: folder, timeout: 300_000 });
    const program = findProgram(path.join(folder, "node_modules"));
    // The program looks at the name it is called by.
    const command = path.join(folder, "bin", "apply_patch");
    mkdirSync(path.dirname(command));
    symlinkSync(program, command);
    return { applyPatch: (patch, cwd) => run(command, patch, cwd), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The native program among what was installed. */
function findProgram(folder: string): string {
  const name = process.platform === "win32" ? "codex.exe" : "codex";
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).find(
    (entry) => entry.isFile() && entry.name === name && /[\\/]vendor[\\/]/.test(entry.parentPath),
  );
  if (found === undefined) throw new Error(`${ORIGINAL} has no program for this machine.`);
  return path.join(found.parentPath, found.name);
}

function run(command: string, patch: string | Uint8Array, cwd: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [], { cwd, stdio: "pipe" });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ exitCode: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    // It may refuse the patch before it has read all of it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(patch);
  });
}
