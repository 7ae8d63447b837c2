import { shortPath } from "./operands.ts";

/** What one command of a script does, before paths are joined and the text for display is chosen. */
export type Summary =
  | { readonly type: "read"; readonly file: string; readonly name: string }
  | { readonly type: "listFiles"; readonly path: string | null }
  | { readonly type: "search"; readonly query: string | null; readonly path: string | null }
  | { readonly type: "unknown" };

export const unknown: Summary = { type: "unknown" };

/** A file that is read, or unknown when there is none. */
export function reads(file: string | undefined): Summary {
  return file === undefined ? unknown : { type: "read", file, name: shortPath(file) };
}
