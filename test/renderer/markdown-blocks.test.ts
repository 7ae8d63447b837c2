import { describe, expect, test } from "vitest";
import { parseMarkdown, type ParsedMarkdown } from "../../src/renderer/ui/markdown-blocks.ts";

const message = `# Title

Some *prose* with \`code\` and [a link](https://example.org).

1. one
2. two
   - nested

| a | b |
| - | - |
| 1 | 2 |

\`\`\`ts
const x = 1

const y = 2
\`\`\`

Last words.
`;

describe("parseMarkdown", () => {
  test("gives the same blocks whether a message comes at once or letter by letter", () => {
    let parsed: ParsedMarkdown | null = null;
    for (let end = 1; end <= message.length; end++) parsed = parseMarkdown(message.slice(0, end), parsed);
    expect(parsed?.blocks).toEqual(parseMarkdown(message, null).blocks);
  });

  test("keeps the objects of all blocks but the last two while text is added", () => {
    const before = parseMarkdown(message, null);
    const after = parseMarkdown(`${message}\nMore.\n`, before);
    expect(after.blocks.slice(0, before.blocks.length - 2).every((block, index) => block === before.blocks[index])).toBe(true);
  });

  test.each([
    ["a script element", "<script>alert(1)</script>", "&lt;script&gt;"],
    ["an event handler", '<img src=x onerror="alert(1)">', "&lt;img"],
    ["a javascript link", "[x](javascript:alert(1))", "[x](javascript"],
    ["a link with an odd case and spaces", "[x]( JaVaScRiPt:alert(1))", "[x]("],
    ["a data link", "[x](data:text/html;base64,AAAA)", "[x](data"],
    ["a file link", "[x](file:///etc/passwd)", "[x](file"],
    ["a link without a scheme", "[x](//evil.example/a)", "[x](//"],
    ["a remote image", "![alt text](https://evil.example/a.png)", '<span class="md-image">alt text</span>'],
    ["an iframe", "<iframe src=https://evil.example></iframe>", "&lt;iframe"],
  ])("shows %s as text", (_name, source, shown) => {
    const html = parseMarkdown(source, null)
      .blocks.map((block) => block.content)
      .join("");
    expect(html).toContain(shown);
    expect(html).not.toMatch(/<(?:script|img|iframe|style|form|object)|<[^>]*(?:\son\w+=|href="(?!https?:|mailto:))/i);
  });

  test("makes links only of web and mail addresses and marks paths as such", () => {
    const html = parseMarkdown("[web](https://a.example) [mail](mailto:a@b.example) [path](src/a.ts) https://auto.example", null).blocks[0]
      ?.content;
    expect(html).toBe(
      '<p><a href="https://a.example" rel="noreferrer">web</a> <a href="mailto:a@b.example" rel="noreferrer">mail</a> <a data-path="src/a.ts">path</a> <a href="https://auto.example" rel="noreferrer">https://auto.example</a></p>\n',
    );
  });

  test("parses only the tail of a 200 kB message when a word is added", () => {
    const before = parseMarkdown(message.repeat(1_000), null);
    const after = parseMarkdown(`${before.text}word `, before);
    const fresh = after.blocks.filter((block) => !before.blocks.includes(block));
    expect({ blocks: after.blocks.length > 5_000, fresh: fresh.length <= 3 }).toEqual({ blocks: true, fresh: true });
  });
});
