/** Places of a text in what is drawn below an element, also where it goes on in the next element. `query` in lower case. */
export function rangesOf(root: Element, query: string): readonly Range[] {
  const nodes: Text[] = [];
  const starts: number[] = [];
  let text = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue;
    nodes.push(node);
    starts.push(text.length);
    text += node.data.toLowerCase();
  }
  const ranges: Range[] = [];
  let index = 0;
  const place = (offset: number): readonly [Text, number] | null => {
    while (index + 1 < starts.length && (starts[index + 1] ?? Infinity) <= offset) index++;
    const node = nodes[index];
    // A letter that is longer in lower case would lead past the end.
    return node === undefined ? null : [node, Math.min(offset - (starts[index] ?? 0), node.length)];
  };
  for (let at = text.indexOf(query); at !== -1; at = text.indexOf(query, at + query.length)) {
    const from = place(at);
    const to = place(at + query.length - 1);
    if (from === null || to === null) break;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(to[0], Math.min(to[1] + 1, to[0].length));
    ranges.push(range);
  }
  return ranges;
}

const all = "spindle-find";
const current = "spindle-find-current";

/** Marks ranges on the page without changing it (CSS Custom Highlight); `now` is the one the person is at. */
export function highlight(ranges: readonly Range[], now: Range | null): void {
  CSS.highlights.set(all, new Highlight(...ranges.filter((range) => range !== now)));
  if (now === null) CSS.highlights.delete(current);
  else CSS.highlights.set(current, new Highlight(now));
}

export function clearHighlights(): void {
  CSS.highlights.delete(all);
  CSS.highlights.delete(current);
}
