import { memo, type MouseEvent, useLayoutEffect, useRef, useState } from "react";
import { CodeLines } from "./code-lines.tsx";
import { CopyButton } from "./copy-button.tsx";
import { cx } from "./cx.ts";
import { isSafeLink, type MarkdownBlock, parseMarkdown } from "./markdown-blocks.ts";
import { morphHtml } from "./morph-html.ts";

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
      {Array.from({ length: Math.ceil(shown.blocks.length / partSize) }, (_, index) => (
        <Part key={index} blocks={shown.blocks.slice(index * partSize, (index + 1) * partSize)} />
      ))}
    </div>
  );
}

/** Blocks that are compared and laid out together: a message of 1,500 blocks that grows looks at the last of 94 parts. */
const partSize = 16;

const Part = memo(
  function Part({ blocks }: { readonly blocks: readonly MarkdownBlock[] }) {
    return (
      <div className="md-part">
        {blocks.map((block) =>
          block.type === "code" ? (
            <CodeBlock key={block.start} code={block.content} lang={block.lang} />
          ) : (
            <HtmlBlock key={block.start} html={block.content} />
          ),
        )}
      </div>
    );
  },
  // Parsing keeps the objects of blocks that did not change.
  (a, b) => a.blocks.length === b.blocks.length && a.blocks.every((block, index) => block === b.blocks[index]),
);

/** HTML that comes from markdown-it with raw HTML off: text is escaped, links are checked, images are never made. */
const HtmlBlock = memo(function HtmlBlock({ html }: { readonly html: string }) {
  const element = useRef<HTMLDivElement>(null);
  const drawn = useRef(html);
  // React writes it once; from then on it grows in place.
  const [first] = useState({ __html: html });
  useLayoutEffect(() => {
    if (element.current === null || drawn.current === html) return;
    drawn.current = html;
    morphHtml(element.current, html);
  }, [html]);
  return <div ref={element} dangerouslySetInnerHTML={first} />;
});

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
