/**
 * Text that a person does not see but a model or a shell reads: tags, direction marks, zero-width characters, runs of three
 * or more variation selectors, control characters, escape sequences of terminals. Joiners (emoji, some scripts) and soft
 * hyphens show in what they do and stay.
 */
const hidden =
  // oxlint-disable-next-line no-control-regex -- finding them is what it is for
  /[\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\u180e\ufeff\u061c\u200e\u200f]|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{3,}|\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\n]{0,4096}(?:\u0007|\u001b\\)|[PX^_][^\u001b\n]{0,4096}\u001b\\|[ -/]*[0-~])?|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/gu;

/** Hidden pieces in a text; an escape sequence counts as one. */
export function hiddenCharacters(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(hidden)) count++;
  return count;
}

/** The text without what does not show, and how many pieces that were. A byte order mark at its beginning counts too. */
export function withoutHidden(text: string): { readonly text: string; readonly removed: number } {
  let removed = 0;
  const shown = text.replace(hidden, () => {
    removed++;
    return "";
  });
  return { text: shown, removed };
}
