import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { secretFolders } from "../sandbox/secret-folders.ts";

/** The sandbox of this process with a private temp folder of its own; `close` removes that folder. */
export async function openSandbox(home: string): Promise<{ readonly sandbox: Sandbox; close(): void }> {
  const tmpFolder = mkdtempSync(path.join(os.tmpdir(), "spindle-"));
  const sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: process.env["PATH"] ?? "",
    secretFolders: secretFolders(os.homedir()),
    dataFolder: home,
    tmpFolder,
  });
  return { sandbox, close: () => rmSync(tmpFolder, { recursive: true, force: true }) };
}
