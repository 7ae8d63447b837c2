/** Gives the keys of the review back to it when what had the cursor is gone: a letter would go into the prompt otherwise. */
export function focusReview(): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  document
    .querySelector<HTMLElement>('[data-testid="review-panel"] :is([data-testid="review-diff"], [data-testid="review-lines"])')
    ?.focus({ preventScroll: true });
}
