/** Something that happens now and then, for those who wait for the next time. */
export interface Bell {
  next(): Promise<void>;
  ring(): void;
}

export function createBell(): Bell {
  let waiting: (() => void)[] = [];
  return {
    next: () => new Promise((resolve) => waiting.push(resolve)),
    ring() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}
