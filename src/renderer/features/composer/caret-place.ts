/** Styles that decide where a letter stands. */
const copied = ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "tabSize", "textIndent", "wordSpacing"] as const;

/**
 * Where the letter at `index` of a textarea stands, in px from the top left corner of its box, scrolled as it is. The
 * browser does not say; a copy of the text in a box of the same shape does.
 */
export function caretPlace(element: HTMLTextAreaElement, index: number): { readonly left: number; readonly top: number } {
  const copy = document.createElement("div");
  const style = getComputedStyle(element);
  for (const name of copied) copy.style[name] = style[name];
  Object.assign(copy.style, {
    position: "absolute",
    visibility: "hidden",
    top: "0",
    left: "-9999px",
    width: `${element.clientWidth}px`,
    whiteSpace: "pre-wrap",
    overflowWrap: "break-word",
  });
  copy.textContent = element.value.slice(0, index);
  const mark = document.createElement("span");
  mark.textContent = "\u200b";
  copy.append(mark);
  document.body.append(copy);
  const place = { left: mark.offsetLeft, top: mark.offsetTop - element.scrollTop };
  copy.remove();
  return place;
}
