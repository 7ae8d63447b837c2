import { existsSync } from "node:fs";
import path from "node:path";
import { shell } from "electron";

/** Shows a file in the system's file manager, or its folder while there is no such file. */
export function showFile(file: string): void {
  if (existsSync(file)) shell.showItemInFolder(file);
  else void shell.openPath(path.dirname(file));
}
