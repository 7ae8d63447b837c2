import { useMemo, useState } from "react";
import type { AskedChunk } from "../../../protocol/approval.ts";
import { cx } from "../../ui/cx.ts";
import { type CodeLine, plainLines, useHighlighter } from "../../ui/highlight.ts";
import { showInvisible } from "./approval-groups.ts";

/** Lines of one chunk that are drawn at once; more open on request. */
const shownLines = 200;

const signs = { context: " ", add: "+", remove: "-" } as const;

/** The lines of one chunk in the colours of their language. What cannot be seen in them is spelled out. */
export function AskedLines({ chunk, path }: { readonly chunk: AskedChunk; readonly path: string }) {
  const [all, setAll] = useState(false);
  const highlight = useHighlighter();
  const code = useMemo(
    () => coloured(chunk, (text) => (highlight ?? plainLines)(text, path.slice(path.lastIndexOf(".") + 1).toLowerCase())),
    [chunk, path, highlight],
  );
  const lines = all ? chunk.lines : chunk.lines.slice(0, shownLines);
  return (
    <div className="min-w-0 flex-1 overflow-x-auto py-0.5 font-mono text-code">
      {chunk.header === undefined || chunk.header === "" ? null : <p className="px-2 text-fg3">@@ {showInvisible(chunk.header)}</p>}
      {lines.map((line, index) => (
        <p
          key={index}
          className={cx(
            "flex min-w-fit px-2 whitespace-pre",
            line.kind === "add" && "bg-add-soft",
            line.kind === "remove" && "bg-del-soft",
          )}
        >
          <span className={cx("w-4 shrink-0", line.kind === "add" ? "text-add" : line.kind === "remove" ? "text-del" : "text-fg3")}>
            {signs[line.kind]}
          </span>
          <span>
            {code[index]?.map((token, at) => (
              <span key={at} {...(token.color === null ? {} : { style: { color: token.color } })}>
                {token.text}
              </span>
            ))}
          </span>
        </p>
      ))}
      {lines.length === chunk.lines.length ? null : (
        <button type="button" className="px-2 py-1 font-sans text-small text-accent-text hover:underline" onClick={() => setAll(true)}>
          Show {chunk.lines.length - lines.length} more lines
        </button>
      )}
    </div>
  );
}

/**
 * Each line of a chunk with the colours it has in its own text: what is removed stands in the old text, the rest in the new one.
 * A comment that only one of them opens must not colour the other.
 */
export function coloured(chunk: AskedChunk, highlight: (text: string) => readonly CodeLine[]): readonly CodeLine[] {
  const sideOf = (side: "remove" | "add") => {
    const lines = chunk.lines.filter(({ kind }) => kind === "context" || kind === side);
    return highlight(lines.map(({ text }) => showInvisible(text)).join("\n"));
  };
  const before = sideOf("remove");
  const after = sideOf("add");
  let oldAt = 0;
  let newAt = 0;
  return chunk.lines.map(({ kind }) => {
    const line = kind === "remove" ? before[oldAt] : after[newAt];
    if (kind !== "add") oldAt++;
    if (kind !== "remove") newAt++;
    return line ?? [];
  });
}
