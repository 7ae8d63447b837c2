/**
 * Unicode White_Space as the patch format knows it (Codex 0.169.0, measured). Not what JavaScript trims: U+0085 is white
 * space here and U+FEFF is not. All members are single UTF-16 units, so a char code decides.
 */
function isWhiteSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Without White_Space at the end. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Without White_Space at both ends. */
export function trim(text: string): string {
  let start = 0;
  while (start < text.length && isWhiteSpace(text.charCodeAt(start))) start++;
  return trimEnd(start === 0 ? text : text.slice(start));
}

const folded = new Map<string, string>();
for (const [to, codes] of [
  ["-", [0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212]],
  ["'", [0x2018, 0x2019, 0x201a, 0x201b]],
  ['"', [0x201c, 0x201d, 0x201e, 0x201f]],
  [" ", [0xa0, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x202f, 0x205f, 0x3000]],
] as const) {
  for (const code of codes) folded.set(String.fromCharCode(code), to);
}
const foldable = new RegExp(`[${[...folded.keys()].join("")}]`, "g");

/**
 * The last resort of the matcher: trimmed, with typographic dashes, quotes and spaces made plain. Nothing else is folded:
 * no ellipsis, no case, no runs of spaces, no normal forms (Codex 0.169.0, measured).
 */
export function fold(text: string): string {
  return trim(text).replace(foldable, (char) => folded.get(char) ?? char);
}
