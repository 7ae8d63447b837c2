/** A name a file gives to others, with the line it stands in. */
export interface ExportedName {
  readonly name: string;
  readonly kind: string;
  readonly line: number;
  /** The comment right above it, its first sentence; empty when there is none. */
  readonly comment: string;
}

/** The names a source file exports (TypeScript, JavaScript), or defines at the top level (Python, Rust, Go). Pure. */
export function exportedNames(text: string): ExportedName[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const found =
      /^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(function|class|interface|type|enum|const|let|var)\*?\s+([\w$]+)/.exec(
        line,
      ) ??
      /^(?:async\s+)?(def|class)\s+(\w+)/.exec(line) ??
      /^pub(?:\([^)]*\))?\s+(?:async\s+)?(fn|struct|enum|trait|const|type)\s+(\w+)/.exec(line) ??
      /^(func|type)\s+(?:\([^)]*\)\s*)?([A-Z]\w*)/.exec(line);
    const [, kind, name] = found ?? [];
    return kind === undefined || name === undefined ? [] : [{ name, kind, line: index + 1, comment: commentAbove(lines, index) }];
  });
}

/** What a file holds, in a few lines of markdown: its exports, or its headings, or its beginning. */
export function outline(text: string): string {
  const names = exportedNames(text);
  if (names.length > 0)
    return names
      .slice(0, 30)
      .map((one) => `- line ${one.line}: ${one.kind} \`${one.name}\`${one.comment === "" ? "" : `. ${one.comment}`}`)
      .join("\n");
  const headings = [...text.matchAll(/^#{1,3} .+$/gm)].map((match) => match[0]);
  if (headings.length > 1)
    return `Headings:\n\n${headings
      .slice(0, 20)
      .map((heading) => `- ${heading.replace(/^#+ /, "")}`)
      .join("\n")}`;
  return `It begins:\n\n\`\`\`text\n${text.split("\n").slice(0, 12).join("\n").slice(0, 1000).replaceAll("```", "'''")}\n\`\`\``;
}

/** Lines with TODO or FIXME. */
export function countTodos(text: string): number {
  return text.split("\n").filter((line) => /\b(?:TODO|FIXME)\b/.test(line)).length;
}

function commentAbove(lines: readonly string[], index: number): string {
  const above = /^\s*(?:\/\*\*|\/\/\/?|#)\s*(.+?)\s*(?:\*\/)?$/.exec(lines[index - 1] ?? "")?.[1] ?? "";
  return /^[^.]*(?:\.(?=\s|$)|$)/.exec(above)?.[0].trim() ?? "";
}
