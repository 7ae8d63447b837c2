/** A markdown fence: three or more of its character, then an info string. */
const fenced = /^(\uFEFF?\s*?)(?:[ \t]*)((`|~)\3{2,})[^\n`]*\r?\n([\s\S]*?)(?:\r?\n[ \t]*\2\3*[ \t]*)?\s*$/;
const fenceLine = /^[ \t]*(?:`{3,}|~{3,})/m;

/** Fences around the whole script and a first line `#!…` become empty lines, so that line numbers stay. */
export function blankFences(code: string): string {
  const match = fenced.exec(code);
  const [, before = "", , , body = ""] = match ?? [];
  const bare = match === null ? code : `${before}\n${body}`;
  return bare.replace(/^(\uFEFF?\s*)#!.*/, "$1");
}

/** Offset of the first line that looks like a fence; undefined when there is none. */
export function fenceIn(source: string): number | undefined {
  return fenceLine.exec(source)?.index;
}
