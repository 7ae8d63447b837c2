export interface KeyShape {
  /** A text that every key of this shape holds. */
  readonly marker: string;
  readonly pattern: RegExp;
  /** Matches the beginning of such a key at the very end of a word; null for what goes over lines. */
  readonly beginning: RegExp | null;
}

const word = "A-Za-z0-9_";

/**
 * What may stand before a key besides the border of a word, each ending in a character of words: a colour of a terminal
 * (`ESC[32m`) and an escape of JSON, C or an address, as they are or as text. All of a bounded length.
 */
const before = [
  "_",
  "%[0-9A-Fa-f]{2}",
  String.raw`\\(?:[bfnrtve]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3})`,
  String.raw`(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e)\[[0-?]{0,40}[ -/]{0,4}[@-~]`,
  String.raw`\x1b[ -/]{0,4}[0-~]`,
];
/** The longest of `before`, in characters. */
export const longestBefore = 52;

/** Shapes of keys that must never be shown, stored or sent, whoever they belong to. */
export const keyShapes: readonly KeyShape[] = [
  shape("sk-", "sk-", `[${word}-]`, 20),
  shape("gh", "gh[pousr]_", "[A-Za-z0-9]", 36),
  shape("github_pat_", "github_pat_", `[${word}]`, 40),
  shape("glpat-", "glpat-", `[${word}-]`, 20),
  shape("xox", "xox[abeprs]-", "[A-Za-z0-9-]", 10),
  shape("IA", "A[KS]IA", "[0-9A-Z]", 16, "exactly"),
  shape("AIza", "AIza", `[${word}-]`, 35, "exactly"),
  shape("k_live_", "[sr]k_live_", "[0-9A-Za-z]", 20),
  shape("k_test_", "[sr]k_test_", "[0-9A-Za-z]", 20),
  shape("npm_", "npm_", "[A-Za-z0-9]", 36, "exactly"),
  shape("hf_", "hf_", "[A-Za-z0-9]", 30),
  {
    marker: "PRIVATE KEY",
    // Whole, or cut short: then only what can be lines of a key goes, so that source that names the marker keeps its rest.
    // A search ends at the next beginning: a text of many beginnings would take quadratic time (measured: 36 s for 1 MB).
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?:(?!-----BEGIN )[\s\S]){0,32768}?-----END [A-Z ]*PRIVATE KEY-----|(?:(?:\s|\\[nr])+(?:L\d+: )?[A-Za-z0-9+/=]{16,})+)/g,
    beginning: null,
  },
];

/** A key: its first characters (a class of them in brackets), then `count` (or more) of another kind. It starts a word, or stands behind `before`. */
function shape(marker: string, head: string, rest: string, count: number, how: "exactly" | "or more" = "or more"): KeyShape {
  const start = String.raw`(?:\b|(?<=${before.join("|")}))`;
  const times = how === "exactly" ? `{${count}}` : `{${count},}`;
  const characters = head.match(/\[\w+\]|./g) ?? [];
  const beginning = characters.toReversed().reduce((after, one) => `${one}(?:${after})?`, `${rest}*`);
  // What stands before is looked at where a key could begin only: ten times faster.
  return {
    marker,
    pattern: new RegExp(`(?=${head})${start}${head}${rest}${times}\\b`, "g"),
    beginning: new RegExp(`${start}${beginning}$`),
  };
}
