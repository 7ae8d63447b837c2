import { canUseWASM, type HighlighterTypes, registerCustomCSSVariableTheme } from "@pierre/diffs";
import type { CSSProperties } from "react";

/** Name of the one theme for light and dark: its colours are the tokens, so a change of theme costs no new highlighting. */
export const diffTheme = "spindle";

registerCustomCSSVariableTheme(diffTheme, {
  foreground: "var(--fg)",
  background: "var(--panel)",
  "token-keyword": "var(--syntax-keyword)",
  "token-string": "var(--syntax-string)",
  "token-string-expression": "var(--syntax-string)",
  "token-constant": "var(--syntax-constant)",
  "token-function": "var(--syntax-function)",
  "token-comment": "var(--syntax-comment)",
  "token-parameter": "var(--syntax-foreground)",
  "token-punctuation": "var(--syntax-punctuation)",
  "token-link": "var(--accent-text)",
  "token-inserted": "var(--add)",
  "token-deleted": "var(--del)",
});

/** WebAssembly highlighting is about 170 times faster; where it is not allowed the JavaScript one takes over. */
export const diffHighlighter: HighlighterTypes = canUseWASM() ? "highlights" : "shiki-js";

/** px, as in the style below; the view reserves space with them before a row is measured. */
export const diffMetrics = { lineHeight: 20, diffHeaderHeight: 36, spacing: 8 } as const;

/**
 * Custom properties reach into the shadow roots of the diffs. The colours of changed lines are strong on purpose: the
 * library mixes them into the background at 12-20 %.
 */
export const diffStyle: CSSProperties = Object.fromEntries(
  Object.entries({
    "font-family": "var(--font-mono)",
    "font-size": "var(--code-size)",
    "line-height": "20px",
    "font-features": '"liga" 0, "calt" 0',
    "header-font-family": "var(--font-sans)",
    "addition-color-override": "var(--add)",
    "deletion-color-override": "var(--del)",
    "modified-color-override": "var(--accent)",
    "bg-addition-override": changed("add"),
    "bg-deletion-override": changed("del"),
    "bg-addition-number-override": "var(--add)",
    "bg-deletion-number-override": "var(--del)",
    "bg-addition-emphasis-override": "color-mix(in srgb, var(--add) 16%, transparent)",
    "bg-deletion-emphasis-override": "color-mix(in srgb, var(--del) 16%, transparent)",
    "bg-context-override": "var(--panel)",
    "bg-context-gutter-override": "var(--panel)",
    "bg-separator-override": "var(--card)",
    "bg-buffer-override": "var(--line)",
    "bg-selection-override": "color-mix(in srgb, var(--accent) 40%, var(--panel))",
    "bg-selection-number-override": "var(--accent)",
    "fg-number-override": "var(--fg3)",
    "fg-number-addition-override": "var(--add)",
    "fg-number-deletion-override": "var(--del)",
  }).map(([name, value]) => [`--diffs-${name}`, value]),
);

/** The library mixes 12 % of it into a light background and 20 % into a dark one. */
function changed(token: "add" | "del"): string {
  return `light-dark(color-mix(in srgb, var(--${token}) 80%, var(--panel)), color-mix(in srgb, var(--${token}) 56%, var(--panel)))`;
}
