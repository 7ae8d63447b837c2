import MarkdownIt, { type Env, type Token } from "markdown-it";

/** One top-level block of a message: code (drawn by React) or HTML made by the renderer from escaped text. */
export interface MarkdownBlock {
  /** Where it starts in the message: its key. */
  readonly start: number;
  readonly end: number;
  readonly type: "code" | "html";
  /** Code of a code block, HTML otherwise. */
  readonly content: string;
  /** First word of a fence's info string. */
  readonly lang: string;
}

export interface ParsedMarkdown {
  readonly text: string;
  readonly blocks: readonly MarkdownBlock[];
  readonly references: Env["references"];
  /** Parsed in one go: late link definitions count everywhere. */
  readonly whole: boolean;
}

/**
 * Parses a message. With the parse of a shorter beginning of the same message only the tail is parsed: all blocks but
 * the last two are kept as they are, so a streamed message costs the same at 5 kB and at 200 kB.
 */
export function parseMarkdown(text: string, before: ParsedMarkdown | null): ParsedMarkdown {
  if (before !== null && before.text === text) return before;
  const grows = before !== null && continues(text, before.text);
  const kept = grows ? before.blocks.slice(0, -2) : [];
  const from = kept.at(-1)?.end ?? 0;
  // Link references of kept blocks stay known to the tail.
  const env: Env = { references: grows ? { ...before.references } : {} };
  const tail = text.slice(from);
  return { text, blocks: [...kept, ...blocksOf(tail, from, env)], references: env.references, whole: kept.length === 0 };
}

/** True when a text goes on from another. Looks at the end of that one only: a message that streams grows, it is not rewritten. */
function continues(text: string, before: string): boolean {
  const from = Math.max(0, before.length - 256);
  return text.length >= before.length && text.slice(from, before.length) === before.slice(from);
}

/** Only links that a browser may open for a person. Everything else stays text. */
export function isSafeLink(url: string): boolean {
  return /^(?:https?:\/\/|mailto:)/i.test(url.trim());
}

const markdown = createMarkdown();

function createMarkdown() {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  md.validateLink = (url) => isSafeLink(url) || isRelative(url);
  // No image is ever loaded: the text that describes it is shown.
  md.renderer.rules["image"] = (tokens, index) => `<span class="md-image">${md.utils.escapeHtml(tokens[index]?.content || "image")}</span>`;
  md.renderer.rules["link_open"] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const href = String(token?.attrGet("href") ?? "");
    if (token !== undefined && !isSafeLink(href)) {
      // A path: nothing a click could open safely yet, so it is told apart but inert.
      token.attrs = [["data-path", href]];
    } else token?.attrSet("rel", "noreferrer");
    return self.renderToken(tokens, index, options);
  };
  md.renderer.rules["table_open"] = () => '<div class="md-table" tabindex="0" role="group" aria-label="Table"><table>';
  md.renderer.rules["table_close"] = () => "</table></div>";
  return md;
}

/** A path inside a project: no scheme, no host. */
function isRelative(url: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]*:|\/\/|\\\\)/i.test(url.trim());
}

function blocksOf(text: string, offset: number, env: Env): readonly MarkdownBlock[] {
  const tokens = markdown.parse(text, env);
  const lineStarts = startsOfLines(text);
  const blocks: MarkdownBlock[] = [];
  let group: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    group.push(token);
    depth += token.nesting;
    if (depth > 0) continue;
    const map = group[0]?.map ?? null;
    const start = offset + (lineStarts[map?.[0] ?? 0] ?? 0);
    const end = offset + (lineStarts[map?.[1] ?? lineStarts.length] ?? text.length);
    blocks.push(block(group, start, end, env));
    group = [];
  }
  return blocks;
}

function block(tokens: Token[], start: number, end: number, env: Env): MarkdownBlock {
  const [first] = tokens;
  if (first?.type === "fence" || first?.type === "code_block") {
    return { start, end, type: "code", content: first.content.replace(/\n$/, ""), lang: /^[\w+#.-]*/.exec(first.info.trim())?.[0] ?? "" };
  }
  return { start, end, type: "html", content: markdown.renderer.render(tokens, markdown.options, env), lang: "" };
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
