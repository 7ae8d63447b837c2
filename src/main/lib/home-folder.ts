import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import path from "node:path";
import { isInside } from "./paths.ts";
import { readWhatever } from "./read-quietly.ts";

/** Places of the home folder that sessions start with, or that the person runs by a name or a click. */
const startupPlaces = [
  ".asdf",
  ".bashrc.d",
  ".bun/bin",
  ".cargo/bin",
  ".config/autostart",
  ".config/environment.d",
  ".config/fish",
  ".config/git",
  ".config/hypr",
  ".config/i3",
  ".config/nushell",
  ".config/openbox",
  ".config/plasma-workspace",
  ".config/sway",
  ".config/systemd",
  ".config/zsh",
  ".deno/bin",
  ".local/bin",
  ".local/share/applications",
  ".local/share/bash-completion",
  ".local/share/dbus-1",
  ".local/share/fish",
  ".local/share/gnome-shell/extensions",
  ".local/share/systemd",
  ".nvm",
  ".oh-my-zsh",
  ".profile.d",
  ".pyenv",
  ".rbenv",
  ".ssh",
  ".vscode/extensions",
  ".zsh",
  ".zshrc.d",
  "Desktop",
  "Library/LaunchAgents",
  "bin",
  "go/bin",
] as const;

/** Folders whose entries sessions start with one by one: each may be a link. In the home folder itself those with a dot. */
const startupFolders = ["", ".bashrc.d", ".config/autostart", ".config/environment.d", ".config/fish", ".config/systemd/user"] as const;

/** Real path of the person's home folder. */
export function homeFolder(): string {
  // An empty HOME would make the present folder the home.
  const home = homedir() || userInfo().homedir;
  return existsSync(home) ? realpathSync(home) : path.resolve(home);
}

/**
 * True for a project with files that the person's shell or desktop starts with (`.bashrc`, `.config/autostart`, `bin`): it is the
 * home folder, holds it, or holds or lies in such a place of it, or in what such a place is a link to (`~/dotfiles`).
 */
export function holdsStartup(projectRoot: string): boolean {
  const home = homeFolder();
  if (isInside(projectRoot, home)) return true;
  const { places, entries } = startupOf(home);
  return (
    places.some(({ at }) => isInside(projectRoot, at) || isInside(at, projectRoot)) || entries.some(({ at }) => isInside(projectRoot, at))
  );
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
  const { places, entries } = startupOf(home);
  return [...places, ...entries].find(({ at }) => isInside(at, file))?.name ?? null;
}

const systemFolders: ReadonlySet<string> = new Set(["bin", "boot", "etc", "lib", "lib64", "opt", "root", "sbin", "usr"]);

interface Place {
  /** Relative to the home folder. */
  readonly name: string;
  /** Absolute: where it is, or where links on its way lead. */
  readonly at: string;
}
interface Startup {
  readonly places: readonly Place[];
  /** What is a link by itself. */
  readonly entries: readonly Place[];
}

/** What was found holds so long: a command cannot change links in a home folder that no project holds. */
const heldMs = 3_000;
let held: { readonly home: string; readonly until: number; readonly found: Startup } | null = null;

function startupOf(home: string): Startup {
  if (held?.home === home && performance.now() < held.until) return held.found;
  const found = {
    places: startupPlaces.flatMap((name) => {
      const at = path.join(home, name);
      const real = realPlace(at);
      return real === at ? [{ name, at }] : [at, real].map((one) => ({ name, at: one }));
    }),
    entries: startupFolders.flatMap((folder) => linksIn(home, folder)),
  };
  held = { home, until: performance.now() + heldMs, found };
  return found;
}

/**
 * Real path; of what is not there that of its longest part that is, so that a place in a linked folder, and what a link is to lead to,
 * count before they exist. Of links that go round, the path as given.
 */
function realPlace(place: string, hops = 0): string {
  const [real] = readWhatever(() => [realpathSync(place)]);
  if (real !== undefined) return real;
  const parent = path.dirname(place);
  if (parent === place || hops > 40) return place;
  const [target] = readWhatever(() => [lstatSync(place)]).some((facts) => facts.isSymbolicLink()) ? [readlinkSync(place)] : [];
  if (target !== undefined) return realPlace(path.resolve(parent, target), hops + 1);
  return path.join(realPlace(parent, hops + 1), path.basename(place));
}

function linksIn(home: string, folder: string): readonly Place[] {
  return readWhatever(() => readdirSync(path.join(home, folder), { withFileTypes: true }))
    .filter((entry) => entry.isSymbolicLink() && (folder !== "" || entry.name.startsWith(".")))
    .map((entry) => path.join(folder, entry.name))
    .map((name) => ({ name, at: realPlace(path.join(home, name)) }));
}
