/** Runs actions with the same key one after the other; what one throws is thrown to its caller only. */
export type Queue = <T>(key: string, action: () => Promise<T>) => Promise<T>;

export function createQueue(): Queue {
  const tails = new Map<string, Promise<void>>();
  return async (key, action) => {
    const before = tails.get(key);
    let release = (): void => {};
    const tail = new Promise<void>((resolve) => (release = resolve));
    tails.set(key, tail);
    try {
      await before;
      return await action();
    } finally {
      release();
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
