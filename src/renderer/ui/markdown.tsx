import { memo, type MouseEvent, useState } from "react";
import { CodeLines } from "./code-lines.tsx";
import { CopyButton } from "./copy-button.tsx";
import { cx } from "./cx.ts";
import { isSafeLink, type MarkdownBlock, parseMarkdown } from "./markdown-blocks.ts";

/**
 * A message as Markdown: no raw HTML, no images, links only through `onLink` (http, https, mailto). While `streaming`
 * only the tail is parsed again; at the end the whole text is, once, so that late link definitions count.
 */
export function Markdown({
  text,
  streaming,
  onLink,
  className,
}: {
  readonly text: string;
  readonly streaming: boolean;
  readonly onLink: (url: string) => void;
  readonly className?: string;
}) {
  const [parsed, setParsed] = useState(() => parseMarkdown(text, null));
  let shown = parsed;
  if (parsed.text !== text || (!streaming && !parsed.whole)) {
    shown = parseMarkdown(text, streaming ? parsed : null);
    setParsed(shown);
  }
  const open = (event: MouseEvent) => {
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    if (anchor === null) return;
    event.preventDefault();
    const url = anchor.getAttribute("href");
    if (url !== null && isSafeLink(url)) onLink(url);
  };
  return (
    <div className={cx("markdown selectable text-prose", className)} onClick={open} onAuxClick={open}>
      {Array.from({ length: Math.ceil(shown.blocks.length / chunkSize) }, (_, index) => (
        <Chunk key={index} blocks={shown.blocks.slice(index * chunkSize, (index + 1) * chunkSize)} />
      ))}
    </div>
  );
}

/** Blocks that are looked at together: a growing message of 1,500 blocks compares 24 chunks and draws the last one. */
const chunkSize = 64;

const Chunk = memo(
  function Chunk({ blocks }: { readonly blocks: readonly MarkdownBlock[] }) {
    return blocks.map((block) =>
      block.type === "code" ? (
        <CodeBlock key={block.start} code={block.content} lang={block.lang} />
      ) : (
        <HtmlBlock key={block.start} block={block} />
      ),
    );
  },
  // Parsing keeps the objects of blocks that did not change.
  (a, b) => a.blocks.length === b.blocks.length && a.blocks.every((block, index) => block === b.blocks[index]),
);

const HtmlBlock = memo(
  function HtmlBlock({ block }: { readonly block: MarkdownBlock }) {
    // The HTML comes from markdown-it with raw HTML off: text is escaped, links are checked, images are never made.
    return <div dangerouslySetInnerHTML={{ __html: block.content }} />;
  },
  (a, b) => a.block.content === b.block.content,
);

/** A code block with its language and a copy button. */
export const CodeBlock = memo(function CodeBlock({ code, lang }: { readonly code: string; readonly lang: string }) {
  return (
    <div className="group/code relative my-3 overflow-hidden rounded-md border border-line bg-inset">
      <div className="absolute top-1 right-1.5 flex items-center gap-1 rounded-sm bg-inset pl-1.5 text-micro text-fg3">
        {lang}
        <CopyButton text={code} label="Copy code" />
      </div>
      <div className="max-h-120 overflow-auto px-3 py-2.5" tabIndex={0} role="group" aria-label={lang === "" ? "Code" : `Code, ${lang}`}>
        <CodeLines code={code} lang={lang === "" ? "text" : lang} />
      </div>
    </div>
  );
});
