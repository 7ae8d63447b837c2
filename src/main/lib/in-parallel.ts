/**
 * Runs `action` for every item, at most `width` at a time, and gives the results in the order of the items. After a
 * failure nothing new starts; what is under way is waited for, then the error of the earliest item is thrown.
 */
export async function inParallel<T, R>(items: readonly T[], width: number, action: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await action(items[index] as T, index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  const first = failures.sort((a, b) => a.index - b.index)[0];
  if (first !== undefined) throw first.error;
  return results;
}
