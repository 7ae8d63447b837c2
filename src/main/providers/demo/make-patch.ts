/** A change of some neighbouring lines. `line` is the 1-based number of the first removed line; with nothing removed, the line the new ones come before. */
export interface Edit {
  readonly line: number;
  readonly remove: readonly string[];
  readonly insert: readonly string[];
}

/** One file as it was read, with what shall change in it. */
export interface FileEdits {
  readonly path: string;
  readonly text: string;
  readonly edits: readonly Edit[];
}

const contextLines = 3;

/** The patch for edits of files that exist. Context comes from the text that was read and is grown until it fits one place only. Pure. */
export function updatePatch(files: readonly FileEdits[]): string {
  const out = ["*** Begin Patch"];
  for (const file of files) {
    if (file.edits.length === 0) continue;
    out.push(`*** Update File: ${file.path}`);
    const lines = file.text.split("\n");
    for (const group of groups(file.edits)) out.push("@@", ...hunk(lines, group));
  }
  out.push("*** End Patch");
  return out.join("\n");
}

/** The patch that makes a new file. */
export function addPatch(path: string, text: string): string {
  const body = text.replace(/\n$/, "").split("\n");
  return ["*** Begin Patch", `*** Add File: ${path}`, ...body.map((line) => `+${line}`), "*** End Patch"].join("\n");
}

/** Edits in order; neighbours whose context would overlap share a hunk. */
function groups(edits: readonly Edit[]): Edit[][] {
  const sorted = [...edits].sort((a, b) => a.line - b.line);
  const out: Edit[][] = [];
  for (const edit of sorted) {
    const group = out.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && edit.line - (last.line + last.remove.length) <= 2 * contextLines) group.push(edit);
    else out.push([edit]);
  }
  return out;
}

function hunk(lines: readonly string[], group: readonly Edit[]): string[] {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  let start = Math.max(0, first.line - 1 - contextLines);
  let end = Math.min(lines.length, last.line - 1 + last.remove.length + contextLines);
  // The empty piece behind the last line break is no line of the file.
  if (end === lines.length && lines.at(-1) === "") end--;
  while (start > 0 && occurrences(lines, lines.slice(start, end)) > 1) start--;
  const out: string[] = [];
  let at = start;
  for (const edit of group) {
    for (; at < edit.line - 1; at++) out.push(` ${lines[at] ?? ""}`);
    for (const line of edit.remove) out.push(`-${line}`);
    for (const line of edit.insert) out.push(`+${line}`);
    at += edit.remove.length;
  }
  for (; at < end; at++) out.push(` ${lines[at] ?? ""}`);
  return out;
}

function occurrences(lines: readonly string[], block: readonly string[]): number {
  let count = 0;
  for (let i = 0; i + block.length <= lines.length; i++) if (block.every((line, k) => lines[i + k] === line)) count++;
  return count;
}
