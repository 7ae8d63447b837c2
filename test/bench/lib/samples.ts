/** Samples by name. Medians, because a shared machine has slow moments. */
export interface Samples {
  add(name: string, value: number): void;
  /** The upper of the two middle ones when there is an even number; NaN without samples. */
  median(name: string): number;
  /** The largest; -Infinity without samples. */
  worst(name: string): number;
}

/** An empty collection. */
export function collectSamples(): Samples {
  const samples = new Map<string, number[]>();
  return {
    add(name, value) {
      const list = samples.get(name);
      if (list === undefined) samples.set(name, [value]);
      else list.push(value);
    },
    median(name) {
      const list = [...(samples.get(name) ?? [])].sort((a, b) => a - b);
      return list[Math.floor(list.length / 2)] ?? Number.NaN;
    },
    worst: (name) => Math.max(...(samples.get(name) ?? [])),
  };
}

/** Milliseconds until `work` is done. */
export async function time(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** One after the other. */
export async function repeat(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await work(index);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Four digits: more would be noise. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
