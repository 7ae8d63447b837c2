/** Places of a text in what is drawn below an element. */
export interface DrawnPlaces {
  /** All that is drawn, in lower case, with a line break wherever one block ends and another begins. */
  readonly text: string;
  /** Where the places begin in `text`. */
  readonly starts: readonly number[];
  readonly ranges: readonly Range[];
}

/** Finds `query` (in lower case), also where it goes on in the next element of a line, but never over the edge of a block. */
export function placesOf(root: Element, query: string): DrawnPlaces {
  const nodes: Text[] = [];
  const begins: number[] = [];
  let text = "";
  let block: Element | null = null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue;
    const own = blockOf(node.parentElement);
    if (block !== null && own !== block) text += "\n";
    block = own;
    nodes.push(node);
    begins.push(text.length);
    text += node.data.toLowerCase();
  }
  const ranges: Range[] = [];
  const starts: number[] = [];
  let index = 0;
  const place = (offset: number): readonly [Text, number] | null => {
    while (index + 1 < begins.length && (begins[index + 1] ?? Infinity) <= offset) index++;
    const node = nodes[index];
    // A letter that is longer in lower case would lead past the end.
    return node === undefined ? null : [node, Math.min(offset - (begins[index] ?? 0), node.length)];
  };
  for (let at = text.indexOf(query); at !== -1; at = text.indexOf(query, at + query.length)) {
    const from = place(at);
    const to = place(at + query.length - 1);
    if (from === null || to === null) break;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(to[0], Math.min(to[1] + 1, to[0].length));
    ranges.push(range);
    starts.push(at);
  }
  return { text, starts, ranges };
}

/** The block that each element's text belongs to; asking for styles is dear, so it is asked once. */
const blocks = new WeakMap<Element, Element>();

function blockOf(element: Element | null): Element | null {
  if (element === null) return null;
  let block = blocks.get(element);
  if (block === undefined) {
    // What stands in a flex box is a block as well: its words do not run into each other.
    const isInline = ["inline", "contents"].includes(getComputedStyle(element).display);
    block = (isInline ? blockOf(element.parentElement) : null) ?? element;
    blocks.set(element, block);
  }
  return block;
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
