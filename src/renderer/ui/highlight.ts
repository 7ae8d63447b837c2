import type * as HighlightsModule from "@pierre/highlights";
import type { Lang, Theme } from "@pierre/highlights";
import { useSyncExternalStore } from "react";

/** A run of one colour. `color` is a token of theme.css (`var(--syntax-…)`), or null for plain text. */
export interface Token {
  readonly text: string;
  readonly color: string | null;
}
export type CodeLine = readonly Token[];

/** Highlighting is skipped above this many characters: text that long is data, not something to read. */
const maxChars = 400_000;
/** Lines above this length stay one plain token. */
const maxLineChars = 4_000;

const theme: Theme = {
  name: "spindle",
  appearance: "dark",
  cssVariables: { prefix: "--syntax-" },
  style: {
    syntax: Object.fromEntries(
      Object.entries({
        keyword: ["keyword", "boolean", "preproc", "keyword.operator.word", "tag"],
        string: ["string", "string.regex", "text.literal", "diff.plus"],
        constant: ["number", "constant", "property.css", "property", "attribute", "string.escape", "variable.special"],
        function: ["function", "type", "constructor", "class", "link_uri", "title", "namespace"],
        comment: ["comment", "comment.doc"],
        punctuation: ["punctuation", "operator", "keyword.operator"],
      }).flatMap(([color, scopes]) => scopes.map((scope) => [scope, { color }])),
    ),
  },
};

type Highlights = typeof HighlightsModule;
let highlights: Highlights | null = null;
let loading = false;
const listeners = new Set<() => void>();

/**
 * Loads the highlighter (WebAssembly, about 150 kB zipped) at its first use and renders again when it is there. Null
 * until then, and for good where WebAssembly is not allowed: code stays plain text.
 */
export function useHighlighter(): Highlighter | null {
  return useSyncExternalStore(subscribe, () => (highlights === null ? null : highlightLines));
}

export type Highlighter = typeof highlightLines;

/** Splits code into lines of coloured runs. Unknown languages and very long text come back plain. */
function highlightLines(code: string, lang: string): readonly CodeLine[] {
  if (highlights === null || code.length > maxChars || !isLang(highlights, lang)) return plainLines(code);
  const { tokens } = highlights.codeToTokens(code, { lang, theme, tokenizeMaxLineLength: maxLineChars });
  return tokens.map((line) => {
    const merged: Token[] = [];
    for (const { content, color } of line) {
      const own = color === undefined || color.includes("foreground") ? null : color;
      const last = merged.at(-1);
      if (last !== undefined && (last.color === own || content.trim() === ""))
        merged[merged.length - 1] = { text: last.text + content, color: last.color };
      else merged.push({ text: content, color: own });
    }
    return merged;
  });
}

/** The lines of a text without colours. */
export function plainLines(code: string): readonly CodeLine[] {
  return code.split("\n").map((text) => [{ text, color: null }]);
}

function isLang(module: Highlights, lang: string): lang is Lang {
  return module.isSupportedLanguage(lang);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!loading) {
    loading = true;
    import("@pierre/highlights").then(
      (module) => {
        highlights = module;
        for (const each of listeners) each();
      },
      // WebAssembly is off: code stays plain text, which loses nothing but colour.
      () => undefined,
    );
  }
  return () => listeners.delete(listener);
}
