import { trim } from "../../../grammar/white-space.ts";

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
