/** The rows with the changed ones in place of those with the same id, and new ones added. The last of several wins. */
export function mergeById<T>(rows: readonly T[], changed: readonly T[], idOf: (row: T) => string): readonly T[] {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  for (const row of changed) byId.set(idOf(row), row);
  return [...byId.values()];
}
