/** What `createHeap` needs of an instance: its memory, which never grows, and its allocator. */
export interface HeapParts {
  readonly memory: ArrayBufferLike;
  malloc(size: number): number;
  free(at: number): void;
}

/** Where the parts of an instance's memory lie; the same for all instances of one module. */
export interface HeapLayout {
  /** Index of the 32-bit word in which the allocator keeps the end of the heap; it never goes down. */
  readonly endWord: number;
  /** Everything in use lies below the first or from the second address on; between them is the stack, empty at rest. */
  readonly staticEnd: number;
  readonly heapStart: number;
}

/** The used part of a memory at rest. */
export interface HeapImage {
  readonly layout: HeapLayout | null;
  readonly chunks: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** No byte at or behind this address was in use. */
  readonly end: number;
}

/** The memory of one instance, without ever looking at pages nothing was written to: a look alone makes some systems hand them out. */
export interface Heap {
  /** No byte at or behind this address was written since the instance was made or restored. Without a layout: all may be. */
  end(): number;
  /** `shared`: in memory that other threads see without a copy. */
  image(shared?: boolean): HeapImage;
  /** Back to an image of the same module; what was written behind it becomes zero. */
  restore(image: HeapImage): void;
}

const chunkBytes = 64 * 1024;
/** The allocator's own variables lie in here, the probe below tells. */
const staticBytes = 256 * 1024;
const probeBytes = 2 * 1024 * 1024;

/**
 * The heap of a new instance, before anything else allocates. `known` is the layout another instance of the module found.
 * Where the allocator keeps its end is found out by a large allocation, which is undone: QuickJS exports no such function.
 */
export function createHeap(parts: HeapParts, known?: HeapLayout | null): Heap {
  const bytes = new Uint8Array(parts.memory);
  const words = new Int32Array(parts.memory);
  const layout = known === undefined ? findLayout(parts, bytes, words) : known;
  const end = (): number => (layout === null ? bytes.length : Math.min(bytes.length, alignUp(words[layout.endWord] ?? bytes.length)));

  return {
    end,
    image(shared = false) {
      const last = end();
      const chunks: { at: number; bytes: Uint8Array }[] = [];
      const copy = (from: number, to: number): void => {
        for (let at = from; at < to; at += chunkBytes) {
          const next = Math.min(to, at + chunkBytes);
          if (!isUsed(words, at, next)) continue;
          const chunk = new Uint8Array(shared ? new SharedArrayBuffer(next - at) : new ArrayBuffer(next - at));
          chunk.set(bytes.subarray(at, next));
          chunks.push({ at, bytes: chunk });
        }
      };
      if (layout !== null) copy(0, layout.staticEnd);
      copy(layout?.heapStart ?? 0, last);
      return { layout, chunks, end: last };
    },
    restore(image) {
      const last = end();
      for (const chunk of image.chunks) bytes.set(chunk.bytes, chunk.at);
      if (last > image.end) bytes.fill(0, image.end, last);
    },
  };
}

/** Null when the allocator is not the one this was written for; then every engine is used once. */
function findLayout({ malloc, free }: HeapParts, bytes: Uint8Array, words: Int32Array): HeapLayout | null {
  const first = malloc(16);
  free(first);
  const heapStart = alignDown(first);
  const staticEnd = Math.min(staticBytes, heapStart);
  const before = words.slice(0, staticEnd >> 2);
  const heapBefore = bytes.slice(heapStart, heapStart + chunkBytes);
  const probe = malloc(probeBytes);
  free(probe);
  const found: number[] = [];
  for (const [index, old] of before.entries()) {
    const now = words[index] ?? 0;
    // The end of the heap before was near its start, and now is right behind the probe.
    if (old >= first && old < first + probeBytes && now >= probe + probeBytes && now < probe + probeBytes + 4 * chunkBytes)
      found.push(index);
  }
  words.set(before, 0);
  bytes.set(heapBefore, heapStart);
  const [endWord] = found;
  return endWord === undefined || found.length > 1 ? null : { endWord, staticEnd, heapStart };
}

function isUsed(words: Int32Array, from: number, to: number): boolean {
  for (let index = from >> 2; index < to >> 2; index++) if (words[index] !== 0) return true;
  return false;
}

function alignUp(value: number): number {
  return Math.ceil(value / chunkBytes) * chunkBytes;
}

function alignDown(value: number): number {
  return Math.floor(value / chunkBytes) * chunkBytes;
}
