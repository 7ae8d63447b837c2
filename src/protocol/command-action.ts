/**
 * What a command line does, for the eye only: a label that is quieter than the command itself. Nothing is decided by it.
 * `command` is the part of the command line it stands for, quoted anew. The shapes are those of Codex 0.169.0.
 */
export type CommandAction =
  | {
      readonly type: "read";
      readonly command: string;
      /** Last telling part of the path. */
      readonly name: string;
      /** Where the file is, by the text alone; begins with the folder of the call unless it was absolute. */
      readonly path: string;
    }
  | {
      readonly type: "listFiles";
      readonly command: string;
      /** Shortened for display; null for the current folder. */
      readonly path: string | null;
    }
  | {
      readonly type: "search";
      readonly command: string;
      readonly query: string | null;
      /** Shortened for display; null for the current folder. */
      readonly path: string | null;
    }
  | { readonly type: "unknown"; readonly command: string };
