/**
 * Gives the keys of the review back to it when what had the cursor is gone or cannot be used any more: a letter would go into the
 * prompt otherwise. With nothing left to review the tab itself gets it, so that a step can still be undone by its letter.
 */
export function focusReview(): void {
  const active = document.activeElement;
  if (active !== null && active !== document.body && !active.matches(":disabled")) return;
  const panel = document.querySelector('[data-testid="review-panel"]');
  const lines = panel?.querySelector<HTMLElement>(':is([data-testid="review-diff"], [data-testid="review-lines"])');
  (lines ?? panel?.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden])'))?.focus({ preventScroll: true });
}

/** The same once `done` has ended and what it changed is drawn. `done` never rejects. */
export async function focusReviewAfter(done: Promise<unknown>): Promise<void> {
  await done;
  // The first frame draws it; what lost the cursor by that says so in the next one.
  requestAnimationFrame(() => requestAnimationFrame(focusReview));
}
