import { lstat, rm, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { assertNever, SpindleError } from "../../../protocol/error.ts";
import { resolveWriteTarget } from "../../project/write-target.ts";
import { writeFileAtomic } from "../../project/write-file.ts";
import { applyEdits, planEdits } from "./build.ts";
import { splitLines } from "./lines.ts";
import type { PatchOperation } from "./parse.ts";
import { readForUpdate } from "./read-target.ts";
import { writeComplaint } from "./write-complaint.ts";

/**
 * Applies operations file by file, as the command line tool does: each sees what the ones before it wrote, and what was
 * written stays when a later one fails. Each single write is atomic. Throws `patch_failed` in the words of the original.
 */
export async function applyFileByFile(operations: readonly PatchOperation[], cwd: string): Promise<void> {
  for (const operation of operations) {
    const absolute = resolvePatchPath(cwd, operation.path);
    switch (operation.type) {
      case "add":
        await write(absolute, Buffer.from(operation.content, "utf8"), {});
        break;
      case "delete":
        await remove(absolute);
        break;
      case "update": {
        const file = splitLines(await readForUpdate(absolute));
        const content = applyEdits(file, planEdits(file, operation.chunks, absolute));
        if (operation.movePath === undefined) await write(absolute, content, {});
        else await move(absolute, resolvePatchPath(cwd, operation.movePath), content);
        break;
      }
      default:
        assertNever(operation);
    }
  }
}

/**
 * A path of a patch, resolved by its text alone: `nosuch/../x` is `x`. Tabs and carriage returns in it are dropped before
 * that (Codex 0.169.0, measured). Throws for a NUL byte.
 */
export function resolvePatchPath(cwd: string, given: string): string {
  if (given.includes("\0"))
    throw new SpindleError("patch_failed", `'${given}' is invalid on '${platformNames[process.platform] ?? process.platform}'`);
  return path.resolve(cwd, given.replace(/[\t\r\n]/g, ""));
}

/**
 * True when moving `from` onto `to` would write the file and then remove it: the same entry, or a link to it. The original
 * loses the file then; here such a move is an update.
 */
export async function isMoveOntoItself(from: string, to: string): Promise<boolean> {
  if (from === to) return true;
  const source = await lstat(from);
  if (source.isSymbolicLink()) return false;
  try {
    return resolveWriteTarget(to) === resolveWriteTarget(from);
  } catch {
    // A destination that cannot be resolved cannot be written either, and the write says why.
    return false;
  }
}

const platformNames: Readonly<Record<string, string>> = { darwin: "macos", win32: "windows" };

async function write(absolute: string, content: Buffer, options: { newMode?: number; addMode?: number }): Promise<void> {
  try {
    await writeFileAtomic(absolute, content, options);
  } catch (error) {
    throw failed(await writeComplaint(absolute), absolute, error);
  }
}

async function remove(absolute: string): Promise<void> {
  try {
    if ((await stat(absolute)).isDirectory()) throw new Error("is a directory");
    await rm(absolute);
  } catch (error) {
    throw failed(`Failed to delete file ${absolute}`, absolute, error);
  }
}

async function move(from: string, to: string, content: Buffer): Promise<void> {
  const ontoItself = await isMoveOntoItself(from, to);
  const { mode } = await stat(from);
  await write(to, content, ontoItself ? {} : { newMode: mode & 0o777, addMode: mode & 0o111 });
  if (ontoItself) return;
  try {
    await unlink(from);
  } catch (error) {
    throw failed(`Failed to remove original ${from}`, from, error);
  }
}

function failed(message: string, absolute: string, cause: unknown): SpindleError {
  return new SpindleError("patch_failed", message, { details: { path: absolute }, cause });
}
