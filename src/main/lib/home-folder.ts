import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { isInside } from "./paths.ts";

/** Real path of the person's home folder. */
export function homeFolder(): string {
  const home = homedir();
  return existsSync(home) ? realpathSync(home) : path.resolve(home);
}

/** True for a project that is the home folder, or holds it: programs start with what lies in it (`.bashrc`, `.config/autostart`). */
export function holdsHome(projectRoot: string): boolean {
  return isInside(projectRoot, homeFolder());
}

/** The entry of the home folder by which a file is one that programs start with: any with a dot; null for other files. */
export function startupEntryOf(projectRoot: string, file: string): string | null {
  const home = homeFolder();
  if (!isInside(projectRoot, home) || !isInside(home, file)) return null;
  const [entry = ""] = path.relative(home, file).split(path.sep);
  return entry.startsWith(".") ? entry : null;
}
