/**
 * Makes the content of an element what `html` says by changing only what differs. Text that grew is appended to: the layout of what
 * stood there is kept, and so is a selection in it. Called while a message streams. The page's policy for markup holds.
 */
export function morphHtml(element: Element, html: string): void {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  morphChildren(element, wanted.content);
}

function morphChildren(parent: ParentNode & Node, wanted: Node): void {
  const drawn = [...parent.childNodes];
  const next = [...wanted.childNodes];
  for (const [index, node] of next.entries()) {
    const old = drawn[index];
    if (old === undefined) parent.append(node);
    else if (!isMorphed(old, node)) old.replaceWith(node);
  }
  for (const old of drawn.slice(next.length)) old.remove();
}

/** Makes a node what another one is; false when they are of different kinds. */
function isMorphed(old: Node, wanted: Node): boolean {
  if (old instanceof Text && wanted instanceof Text) {
    if (wanted.data.startsWith(old.data)) old.appendData(wanted.data.slice(old.data.length));
    else old.data = wanted.data;
    return true;
  }
  if (!(old instanceof Element && wanted instanceof Element) || !areTagsEqual(old, wanted)) return false;
  morphChildren(old, wanted);
  return true;
}

function areTagsEqual(a: Element, b: Element): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.attributes.length === b.attributes.length &&
    [...a.attributes].every(({ name, value }) => b.getAttribute(name) === value)
  );
}
