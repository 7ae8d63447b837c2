import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { labFolder } from "./sandbox-lab.ts";

/** An ordinary user with a home folder, and copies of Electron and the built application that it may read. */
export interface OrdinaryUser {
  readonly uid: number;
  /** Starts Electron as this user. */
  readonly electron: string;
  readonly app: string;
  /** Belongs to the user. */
  readonly folder: string;
  /** Gives what was made in `folder` meanwhile to the user. */
  own(): void;
  remove(): void;
}

/** Nobody's number: no account is needed. A person who is not root already is an ordinary user. */
const nobodys = 12_345;

export function createOrdinaryUser(electron: string): OrdinaryUser {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? nobodys : (process.getuid?.() ?? 0);
  const base = mkdtempSync(path.join(labFolder(), "spindle-user-"));
  chmodSync(base, 0o755);
  const at = (name: string): string => path.join(base, name);
  // Root's own folders cannot be entered by others. cp, because it shares blocks where the disk can.
  execFileSync("cp", ["-a", "--reflink=auto", path.dirname(electron), at("electron")]);
  copyApplication(at("app"));
  const folder = at("user");
  mkdirSync(folder);
  const program = path.join(at("electron"), path.basename(electron));
  const words = isRoot ? `setpriv --reuid=${uid} --regid=${uid} --clear-groups --inh-caps=-all -- ` : "";
  writeFileSync(at("start"), `#!/bin/sh\ncd /\nexec ${words}'${program}' "$@"\n`, { mode: 0o755 });
  return {
    uid,
    electron: at("start"),
    app: at("app"),
    folder,
    own: () => void (isRoot && execFileSync("chown", ["-R", `${uid}:${uid}`, folder])),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** What runs: the build and the packages it needs, as a package of the application would have them. */
function copyApplication(target: string): void {
  mkdirSync(target);
  for (const name of ["package.json", "out/main", "out/preload", "out/renderer", "resources"])
    cpSync(name, path.join(target, name), { recursive: true });
  const copied = new Set<string>();
  const copy = (name: string): void => {
    const folder = path.join("node_modules", name);
    // Optional packages are there for this system only.
    if (copied.has(name) || !existsSync(folder)) return;
    copied.add(name);
    cpSync(folder, path.join(target, folder), { recursive: true });
    const about = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, Record<string, string>>;
    for (const next of Object.keys({ ...about["dependencies"], ...about["optionalDependencies"] })) copy(next);
  };
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) copy(name);
}
