import type { LineSpans } from "./line-spans.ts";

/** Lines as numbers: equal lines have the same one, so that a block is found by comparing numbers. */
export interface LineIndex {
  /** The number of each line, from 0. */
  readonly ids: Int32Array;
  /** The number of the lines that consist of these bytes; undefined when there are none. */
  idOf(wanted: Buffer): number | undefined;
}

/** Numbers the lines: one pass over their bytes. */
export function indexLines({ bytes, starts, ends }: LineSpans): LineIndex {
  const ids = new Int32Array(starts.length);
  /** The first line with each number, and its hash. */
  const firsts: number[] = [];
  const hashes: number[] = [];
  /** Open addressing; a number plus one, 0 is free. At most half full. */
  let slots = new Int32Array(256);

  const slotOf = (hash: number, from: Buffer, start: number, end: number): number => {
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = (slots[slot] ?? 0) - 1;
      if (id < 0) return slot;
      const first = firsts[id] ?? 0;
      if (hashes[id] === hash && same(from, start, end, bytes, starts[first] ?? 0, ends[first] ?? 0)) return slot;
    }
  };
  const grow = (): void => {
    slots = new Int32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < hashes.length; id++) {
      let slot = (hashes[id] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
  };

  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0;
    const end = ends[i] ?? 0;
    const hash = hashOf(bytes, start, end);
    const slot = slotOf(hash, bytes, start, end);
    const known = (slots[slot] ?? 0) - 1;
    if (known >= 0) {
      ids[i] = known;
      continue;
    }
    ids[i] = firsts.length;
    firsts.push(i);
    hashes.push(hash);
    slots[slot] = firsts.length;
    if (firsts.length * 2 > slots.length) grow();
  }
  return {
    ids,
    idOf(wanted) {
      const id = (slots[slotOf(hashOf(wanted, 0, wanted.length), wanted, 0, wanted.length)] ?? 0) - 1;
      return id < 0 ? undefined : id;
    },
  };
}

/**
 * The first place from `start` to `last` where `ids` go on as `wanted`; undefined when there is none. Looks at each line once,
 * however often the block begins anew (Knuth, Morris, Pratt).
 */
export function findIds(ids: Int32Array, wanted: Int32Array, start: number, last: number): number | undefined {
  const back = fallBacks(wanted);
  const end = last + wanted.length;
  let matched = 0;
  for (let at = start; at < end; at++) {
    while (matched > 0 && ids[at] !== wanted[matched]) matched = back[matched - 1] ?? 0;
    if (ids[at] === wanted[matched]) matched++;
    if (matched === wanted.length) return at - matched + 1;
  }
  return undefined;
}

/** For each place of a block: how much of its beginning also ends there. */
function fallBacks(wanted: Int32Array): Int32Array {
  const back = new Int32Array(wanted.length);
  let matched = 0;
  for (let at = 1; at < wanted.length; at++) {
    while (matched > 0 && wanted[at] !== wanted[matched]) matched = back[matched - 1] ?? 0;
    if (wanted[at] === wanted[matched]) matched++;
    back[at] = matched;
  }
  return back;
}

/** FNV-1a with its high bits mixed into the low ones, which choose the slot. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}

function same(a: Buffer, aStart: number, aEnd: number, b: Buffer, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let at = aStart, other = bStart; at < aEnd; at++, other++) if (a[at] !== b[other]) return false;
  return true;
}
