/** Pills for which there is room beside the buttons. */
const most = 6;

/** The segments of the progress, true where done: one for each hunk, or parts of all when there are many; a part is done when all of it is. */
export function pills(accepted: number, hunks: number): readonly boolean[] {
  const count = Math.min(most, hunks);
  const done = hunks === 0 ? 0 : Math.floor((accepted / hunks) * count);
  return Array.from({ length: count }, (_, index) => index < done);
}
