import { existsSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import path from "node:path";
import { isInside } from "./paths.ts";

/** Places of the home folder that sessions start with, or that the person runs by a name or a click. */
const startupPlaces = [
  ".bashrc.d",
  ".config/autostart",
  ".config/environment.d",
  ".config/fish",
  ".config/systemd",
  ".local/bin",
  ".local/share/applications",
  ".local/share/systemd",
  ".ssh",
  "Desktop",
  "bin",
] as const;

/** Real path of the person's home folder. */
export function homeFolder(): string {
  // An empty HOME would make the present folder the home.
  const home = homedir() || userInfo().homedir;
  return existsSync(home) ? realpathSync(home) : path.resolve(home);
}

/**
 * True for a project with files that the person's shell or desktop starts with (`.bashrc`, `.config/autostart`, `bin`): it is the
 * home folder, holds it, or holds or lies in such a place of it.
 */
export function holdsStartup(projectRoot: string): boolean {
  const home = homeFolder();
  if (isInside(projectRoot, home)) return true;
  return places(home).some((place) => isInside(projectRoot, place) || isInside(place, projectRoot));
}

/**
 * What a file of such a project is started by, relative to the home folder, or outside it absolute (`/etc`); null for other files.
 * In the home folder itself every entry with a dot counts.
 */
export function startupEntryOf(projectRoot: string, file: string): string | null {
  if (!holdsStartup(projectRoot)) return null;
  const home = homeFolder();
  const isAtHome = isInside(home, file);
  if (isInside(projectRoot, home)) {
    const [entry = ""] = path.relative(isAtHome ? home : "/", file).split(path.sep);
    if (isAtHome && entry.startsWith(".")) return entry;
    if (!isAtHome) return systemFolders.has(entry) ? `/${entry}` : null;
  }
  const place = places(home).find((one) => isInside(one, file));
  return place === undefined ? null : path.relative(home, place);
}

const systemFolders: ReadonlySet<string> = new Set(["bin", "boot", "etc", "lib", "lib64", "opt", "root", "sbin", "usr"]);

function places(home: string): readonly string[] {
  return startupPlaces.map((place) => path.join(home, place));
}
