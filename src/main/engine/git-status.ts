/** What `git status` says. */
export interface GitStatus {
  /** Short commit when detached. */
  readonly branch: string;
  /** Changed, new and conflicting files; a folder that is new counts as one. */
  readonly changed: number;
  /** Commits that the upstream branch does not have, and the other way round; 0 without one. */
  readonly ahead: number;
  readonly behind: number;
}

/** Also what a diff needs to know: the last commit (null when there is none) and the new files. */
export interface ParsedStatus extends GitStatus {
  readonly commit: string | null;
  readonly untracked: readonly string[];
}

/** Reads the output of `git status --porcelain=v2 --branch -z`; null for anything else. */
export function parseStatus(output: string): ParsedStatus | null {
  let commit: string | null = null;
  let head: string | null = null;
  let ahead = 0;
  let behind = 0;
  let changed = 0;
  const untracked: string[] = [];
  const fields = output.split("\0");
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? "";
    const header = /^# branch\.(oid|head|ab) (.+)$/.exec(field);
    if (header?.[1] === "oid") commit = header[2] === "(initial)" ? null : (header[2] ?? null);
    else if (header?.[1] === "head") head = header[2] ?? null;
    else if (header?.[1] === "ab")
      [ahead, behind] = (header[2] ?? "").split(" ").map((count) => Math.abs(Number(count))) as [number, number];
    else if (/^[12u?] /.test(field)) {
      changed++;
      if (field.startsWith("? ")) untracked.push(field.slice(2));
      // A renamed file has its old name in a field of its own.
      if (field.startsWith("2 ")) at++;
    }
  }
  if (head === null) return null;
  return { branch: head === "(detached)" ? (commit ?? "").slice(0, 8) : head, changed, ahead, behind, commit, untracked };
}
