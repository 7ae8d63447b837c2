import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Everything in a folder, by path relative to it. */
export interface FolderContent {
  readonly files: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<string, string>>;
  readonly emptyFolders: readonly string[];
}

/** Fills a folder: file bytes, links, modes (octal text). */
export function fillFolder(
  folder: string,
  content: {
    files?: Readonly<Record<string, Uint8Array | string>>;
    links?: Readonly<Record<string, string>>;
    modes?: Readonly<Record<string, string>>;
  },
): void {
  for (const [name, bytes] of Object.entries(content.files ?? {})) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  for (const [name, target] of Object.entries(content.links ?? {})) symlinkSync(target, path.join(folder, name));
  for (const [name, mode] of Object.entries(content.modes ?? {})) chmodSync(path.join(folder, name), Number.parseInt(mode, 8));
}

/** Reads a folder back; file contents in the given encoding. */
export function readFolder(folder: string, encoding: BufferEncoding = "utf8"): FolderContent {
  const files: Record<string, string> = {};
  const links: Record<string, string> = {};
  const modes: Record<string, string> = {};
  const emptyFolders: string[] = [];
  const walk = (relative: string): void => {
    const names = readdirSync(path.join(folder, relative)).toSorted();
    if (names.length === 0 && relative !== "") emptyFolders.push(relative);
    for (const name of names) {
      const child = relative === "" ? name : `${relative}/${name}`;
      const facts = lstatSync(path.join(folder, child));
      if (facts.isSymbolicLink()) links[child] = readlinkSync(path.join(folder, child));
      else if (facts.isDirectory()) walk(child);
      else {
        files[child] = readFileSync(path.join(folder, child)).toString(encoding);
        modes[child] = (facts.mode & 0o777).toString(8);
      }
    }
  };
  walk("");
  return { files, links, modes, emptyFolders };
}

/** Bytes as standard input. */
export async function* inputOf(bytes: Uint8Array | string): AsyncGenerator<Uint8Array | string> {
  yield bytes;
}
