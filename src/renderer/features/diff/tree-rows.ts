import type { TouchedFile } from "./touched-files.ts";

/** A line of the tree, as it is drawn. */
export type TreeRow =
  | {
      readonly kind: "folder";
      /** Names it; ends with a slash. */
      readonly path: string;
      /** Folders with nothing beside the next one stand in one line: `src/renderer`. */
      readonly name: string;
      /** From 1. */
      readonly level: number;
      readonly open: boolean;
      /** Files in it at any depth. */
      readonly files: number;
    }
  | { readonly kind: "file"; readonly path: string; readonly name: string; readonly level: number; readonly file: TouchedFile };

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: { readonly name: string; readonly file: TouchedFile }[];
}

/** The rows of the tree from top to bottom, folders first, by name; what is in a folded folder is left out. */
export function treeRows(files: readonly TouchedFile[], folded: ReadonlySet<string>): readonly TreeRow[] {
  const root = emptyFolder();
  for (const file of files) {
    const parts = file.path.split("/");
    const name = parts.pop() ?? file.path;
    let folder = root;
    for (const part of parts) {
      const next = folder.folders.get(part) ?? emptyFolder();
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push({ name, file });
  }
  return rowsOf(root, "", 1, folded);
}

function rowsOf(folder: Folder, prefix: string, level: number, folded: ReadonlySet<string>): TreeRow[] {
  const folders = [...folder.folders].toSorted(([a], [b]) => compare(a, b));
  const files = folder.files.toSorted((a, b) => compare(a.name, b.name));
  return [
    ...folders.flatMap(([first, child]): TreeRow[] => {
      let name = first;
      let inner = child;
      for (let only = onlyFolder(inner); only !== null; only = onlyFolder(inner)) {
        name += `/${only[0]}`;
        inner = only[1];
      }
      const path = `${prefix}${name}/`;
      const open = !folded.has(path);
      return [
        { kind: "folder", path, name: name === "" ? "/" : name, level, open, files: countOf(inner) },
        ...(open ? rowsOf(inner, path, level + 1, folded) : []),
      ];
    }),
    ...files.map(({ name, file }): TreeRow => ({ kind: "file", path: file.path, name, level, file })),
  ];
}

/** The folder in a folder that has nothing else. */
function onlyFolder({ folders, files }: Folder): readonly [name: string, folder: Folder] | null {
  const [only] = folders;
  return folders.size === 1 && files.length === 0 && only !== undefined ? only : null;
}

function countOf({ folders, files }: Folder): number {
  return files.length + [...folders.values()].reduce((sum, folder) => sum + countOf(folder), 0);
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: [] };
}

/** Made once: `localeCompare` with options makes one for each two names. */
const { compare } = new Intl.Collator("en", { numeric: true });
