/**
 * Old or new text of a file: "" when there is nothing, else the name of the content in the journal (SHA-256 of its bytes) and its
 * length. Logs of earlier versions have the text itself.
 */
export type PatchText = string | { readonly hash: string; readonly bytes: number };

/**
 * One file of a patch, as it was applied. The hunks are enough to draw it; `before` and `after` name the texts around them.
 * Both are null for files that are binary or longer than 1 MiB together. Hunks of more than 1 MiB are left out.
 */
export interface PatchFile {
  /** Path relative to the project with forward slashes, or absolute when outside. */
  readonly path: string;
  readonly kind: "add" | "update" | "delete" | "move";
  /** For `move`: where the file came from. */
  readonly fromPath?: string;
  readonly added: number;
  readonly removed: number;
  readonly before: PatchText | null;
  readonly after: PatchText | null;
  readonly hunks: readonly PatchHunk[];
}

/** A file that changed while commands ran. */
export interface CommandFile {
  /** Path relative to the project with forward slashes. */
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  /** Lines; null when the earlier content was not known, or it is no text. */
  readonly added: number | null;
  readonly removed: number | null;
  /** Null when the file was changed before Spindle saw it the first time. */
  readonly bytesBefore: number | null;
  readonly bytesAfter: number;
  /** Whether it may be executed now; only when that changed. */
  readonly executable?: boolean;
  /** Empty when the earlier content was not known, or there is too much to show. */
  readonly hunks: readonly PatchHunk[];
}

/** A run of changed lines with up to three lines of context, in unified-diff terms. Line numbers are 1-based. */
export interface PatchHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each line with its sign (` `, `+`, `-`) and without its terminator. */
  readonly lines: readonly string[];
}
