/** How many dialogs are open: one has the keyboard to itself, and what lies below it cannot be seen. */
export function openDialogs(): number {
  return document.querySelectorAll('[role="dialog"], [role="alertdialog"]').length;
}

/** Puts the cursor into the composer. False when there is none. */
export function focusComposer(): boolean {
  const input = document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]');
  input?.focus();
  return input !== null;
}

/**
 * The cursor is in a text that is not part of the review: keys that do something with all of the review are not meant for it.
 * False in dialogs, which have the keyboard to themselves: what is chosen there by name is meant.
 */
export function typesOutsideReview(): boolean {
  const active = document.activeElement;
  return (
    active?.matches("input, textarea, [contenteditable=true]") === true &&
    active.closest('[data-testid="review-panel"], [role="dialog"], [role="alertdialog"]') === null
  );
}
