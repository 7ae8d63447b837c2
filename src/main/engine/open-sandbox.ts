import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { isAlive, processIdentity } from "../lib/process-identity.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { openProjects } from "../settings/projects.ts";
import { secretFolders } from "../sandbox/secret-folders.ts";

/** The sandbox of this process with a private temp folder of its own; `close` removes that folder. */
export async function openSandbox(home: string): Promise<{ readonly sandbox: Sandbox; close(): void }> {
  const me = processIdentity() ?? { pid: process.pid, startTime: null };
  removeStale(os.tmpdir());
  const tmpFolder = mkdtempSync(path.join(os.tmpdir(), `spindle-${me.pid}-${me.startTime ?? "0"}-`));
  const sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: process.env["PATH"] ?? "",
    projects: [...knownProjects(home), process.cwd()].filter((folder) => !systemPlaces.includes(folder)),
    secretFolders: secretFolders(os.homedir()),
    dataFolder: home,
    tmpFolder,
  });
  return { sandbox, close: () => rmSync(tmpFolder, { recursive: true, force: true }) };
}

/** Everything would lie in them, the system's own programs too. */
const systemPlaces = ["/", "/bin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin"];

/** A damaged file is told by who asks about a folder; it must not keep anything from starting. */
function knownProjects(home: string): readonly string[] {
  try {
    return openProjects(home).folders();
  } catch (error) {
    if (error instanceof SpindleError && error.code === "settings_invalid") return [];
    throw error;
  }
}

/** A killed process cannot remove its folder: the next start does, by the owner that stands in the name. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, startTime] = /^spindle-(\d+)-(\d+)-\w{6}$/.exec(name) ?? [];
    if (pid === undefined || startTime === undefined) continue;
    const owner = { pid: Number(pid), startTime: startTime === "0" ? null : startTime };
    if (!isAlive(owner)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
