/** A call of a script as a report names it; `line` is the script's own, 1-based. */
export type ReportedCall = {
  readonly tool: string;
  /** Its input as JSON, shortened. */
  readonly arguments: string;
  readonly line: number | null;
};

/** What a script had done when it failed or was stopped. Nothing of it is undone. Lists hold at most 20 entries; the counts beside them are complete. */
export type ScriptReport = {
  /** The call whose error ended the script, with the error's code; null when it ended otherwise. */
  readonly failedCall: (ReportedCall & { readonly code: string }) | null;
  /** How the script's calls stood when it ended. `stopped` ran or waited and were aborted. */
  readonly calls: { readonly succeeded: number; readonly failed: number; readonly stopped: number };
  readonly stopped: readonly ReportedCall[];
  /** Files its patches changed, also those of patches that were finished while it was being stopped. */
  readonly changedFiles: readonly { readonly path: string; readonly kind: "add" | "update" | "delete" | "move" }[];
  readonly changedFileCount: number;
  /** Commands: what they changed is not known. `stopped` were ended early, perhaps before they began. */
  readonly commands: { readonly ended: number; readonly stopped: number };
  /** Tasks it started: they go on. */
  readonly tasks: number;
};
