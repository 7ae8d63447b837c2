/** What a field looks like from here: of an HTMLElement that has the cursor. */
interface Focused {
  readonly tagName: string;
  readonly isContentEditable: boolean;
  readonly type?: string;
  readonly value?: string;
}

const wordless: ReadonlySet<string> = new Set(["checkbox", "radio", "button", "submit", "range", "color", "file"]);

/**
 * Whether keys belong to the text that has the cursor on a Mac: there arrows with Option go by words and paragraphs. Not in an empty
 * field, where they go nowhere.
 */
export function movesInText(event: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey">, focused: Focused | null): boolean {
  if (focused === null || !event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith("Arrow")) return false;
  if (focused.isContentEditable) return true;
  const isText = focused.tagName === "TEXTAREA" || (focused.tagName === "INPUT" && !wordless.has(focused.type ?? "text"));
  return isText && focused.value !== "";
}
