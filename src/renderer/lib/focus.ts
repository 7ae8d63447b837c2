/** Puts the cursor into the composer. False when there is none. */
export function focusComposer(): boolean {
  const input = document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]');
  input?.focus();
  return input !== null;
}
