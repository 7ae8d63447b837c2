import { describe, expect, it } from "vitest";
import { isHarmlessMarkup } from "../../src/renderer/trusted-markup.ts";
import { parseMarkdown } from "../../src/renderer/ui/markdown-blocks.ts";

describe("markup of our own is harmless", () => {
  it.each([
    "",
    "plain > text &lt;script&gt; &amp; more",
    '<div data-line="" data-line-index="1,2"><span style="--x:#fff">a &lt; b</span></div>',
    '<svg aria-hidden="true" width=16 height=\'16\'><symbol id="a" viewBox="0 0 16 16"><path d="M1 1" fill-rule="evenodd"/></symbol><use href="#a"></use></svg>',
    '<a href="https://example.com/?a=1&amp;b=2" rel="noreferrer">x</a><hr><br/>',
    '<div title="a < b > c"></div><diffs-container></diffs-container>',
  ])("%s", (html) => expect(isHarmlessMarkup(html)).toBe(true));

  it("whatever Markdown a message has", () => {
    const text = [
      "# Head <script>alert(1)</script>",
      "a [link](https://example.com 'ti<t>le') ![image](https://example.com/x.png) `code <b>` **bold** ~~gone~~ <https://example.com>",
      "| a | b |\n|:--|--:|\n| `<` | <i> |",
      "1. one\n   - two\n\n> quote\n\n---\n\n[bad](javascript:alert) [path](src/a.ts#L1) <img src=x onerror=alert(1)> <div\nonclick=x>",
      '[x]: https://example.com "<onload="\n[x]\n\nline  \nbreak\\\nagain',
    ].join("\n\n");
    for (const block of parseMarkdown(text, null).blocks)
      expect([block.content, block.type === "code" || isHarmlessMarkup(block.content)]).toEqual([block.content, true]);
  });
});

describe("markup that could run or load something is refused", () => {
  it.each([
    "<script>x</script>",
    "<SCRIPT src=x>",
    '<img src="https://example.com/x.png">',
    "<iframe></iframe>",
    "<object data=x>",
    "<embed>",
    "<form action=x>",
    "<input>",
    "<style>*{}</style>",
    "<link rel=stylesheet href=x>",
    "<base href=x>",
    "<meta http-equiv=refresh>",
    "<template></template>",
    "<math><mi></mi></math>",
    "<svg onload=x>",
    "<svg/onload=x>",
    "<svg><foreignObject></foreignObject></svg>",
    "<svg><animate attributeName=href></animate></svg>",
    "<svg><use href='data:image/svg+xml,x'></use></svg>",
    "<svg><use xlink:href='x'></use></svg>",
    "<div onclick=x>",
    "<div\nonclick=x>",
    "<div ONCLICK = 'x'>",
    '<div title="a"onclick="x">',
    "<a href=javascript:x>",
    '<a href=" javascript:x">',
    "<a href='&#106;avascript:x'>",
    "<a href='file:///etc/passwd'>",
    "<a href='https://x' ping='https://y'>",
    "<button formaction=x>",
    "<!-- <script> -->",
    "<!doctype html>",
    "<?xml?>",
    "a < b",
    "<div",
    '<div title="<script>',
    "</script x>",
    "<div is=x>",
  ])("%s", (html) => expect(isHarmlessMarkup(html)).toBe(false));
});
