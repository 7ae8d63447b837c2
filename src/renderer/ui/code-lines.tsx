import { memo, useMemo } from "react";
import { cx } from "./cx.ts";
import { type CodeLine, plainLines, useHighlighter } from "./highlight.ts";

/**
 * Highlighted code, one row per line, with line numbers when `numbers` is set. Lines keep their element while their
 * text does not change, so streaming code costs only its last lines. `marks` tints lines (1-based).
 */
export function CodeLines({
  code,
  lang,
  numbers,
  marks,
  onLine,
  className,
}: {
  readonly code: string;
  readonly lang: string;
  readonly numbers?: boolean;
  readonly marks?: ReadonlyMap<number, "accent" | "del">;
  /** A line was clicked or left (null). */
  readonly onLine?: (line: number | null) => void;
  readonly className?: string;
}) {
  const highlight = useHighlighter();
  const lines = useMemo(() => (highlight ?? plainLines)(code, lang), [highlight, code, lang]);
  const digits = String(lines.length).length;
  return (
    <pre className={cx("selectable min-w-max text-code", className)}>
      <code>
        {lines.map((line, index) => (
          <Line
            key={index}
            line={line}
            number={numbers === true ? index + 1 : null}
            digits={digits}
            mark={marks?.get(index + 1) ?? null}
            {...(onLine === undefined ? {} : { onLine })}
          />
        ))}
      </code>
    </pre>
  );
}

const markClass = { accent: "bg-accent-soft", del: "bg-del-soft" } as const;

interface LineProps {
  readonly line: CodeLine;
  readonly number: number | null;
  readonly digits: number;
  readonly mark: "accent" | "del" | null;
  readonly onLine?: (line: number | null) => void;
}

const Line = memo(function Line({ line, number, digits, mark, onLine }: LineProps) {
  return (
    <span
      className={cx("block min-h-5 pr-4", mark !== null && markClass[mark])}
      data-line={number ?? undefined}
      {...(onLine === undefined || number === null ? {} : { onMouseEnter: () => onLine(number), onMouseLeave: () => onLine(null) })}
    >
      {number === null ? null : (
        <span
          aria-hidden
          className="mr-4 inline-block pl-3 text-right text-fg3 select-none"
          style={{ width: `calc(${Math.max(2, digits)}ch + 12px)` }}
        >
          {number}
        </span>
      )}
      {line.map((token, index) =>
        token.color === null ? (
          token.text
        ) : (
          <span key={index} style={{ color: token.color }}>
            {token.text}
          </span>
        ),
      )}
      {"\n"}
    </span>
  );
}, same);

function same(a: LineProps, b: LineProps): boolean {
  if (a.number !== b.number || a.digits !== b.digits || a.mark !== b.mark || a.onLine !== b.onLine || a.line.length !== b.line.length)
    return false;
  return a.line.every((token, index) => token.text === b.line[index]?.text && token.color === b.line[index]?.color);
}
