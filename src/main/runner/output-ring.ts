/** Keeps the head and the tail of a stream and counts what fell out of the middle. */
export interface OutputRing {
  push(bytes: Buffer): void;
  /** What is kept, as text; where bytes are missing a marker line says how many. Cuts are at character boundaries. */
  text(): string;
  /** Bytes that are not in `text()`, exactly. */
  omittedBytes(): number;
}

/** Holds `maxBytes` at most: half of it the first bytes, half the last. Takes any amount of input in constant memory. */
export function createOutputRing(maxBytes: number): OutputRing {
  const headMax = Math.ceil(maxBytes / 2);
  const tailMax = Math.max(1, maxBytes - headMax);
  let head: Buffer = Buffer.allocUnsafe(Math.min(4_096, headMax));
  let headLength = 0;
  let tail: Buffer | undefined;
  let tailTotal = 0;
  return {
    push(bytes) {
      const toHead = Math.min(bytes.length, headMax - headLength);
      if (toHead > 0) {
        head = grow(head, headLength + toHead, headMax);
        bytes.copy(head, headLength, 0, toHead);
        headLength += toHead;
      }
      const rest = bytes.subarray(toHead);
      if (rest.length === 0) return;
      tail ??= Buffer.allocUnsafe(tailMax);
      const kept = rest.subarray(Math.max(0, rest.length - tailMax));
      const at = (tailTotal + rest.length - kept.length) % tailMax;
      const first = Math.min(kept.length, tailMax - at);
      kept.copy(tail, at, 0, first);
      kept.copy(tail, 0, first);
      tailTotal += rest.length;
    },
    text() {
      const { headBytes, tailBytes, omitted } = parts();
      if (omitted === 0) return Buffer.concat([headBytes, tailBytes]).toString("utf8");
      return `${headBytes.toString("utf8")}\n... ${omitted} bytes omitted ...\n${tailBytes.toString("utf8")}`;
    },
    omittedBytes: () => parts().omitted,
  };

  function parts(): { readonly headBytes: Buffer; readonly tailBytes: Buffer; readonly omitted: number } {
    const headBytes = head.subarray(0, headLength);
    if (tail === undefined) return { headBytes, tailBytes: Buffer.alloc(0), omitted: 0 };
    if (tailTotal <= tailMax) return { headBytes, tailBytes: tail.subarray(0, tailTotal), omitted: 0 };
    const at = tailTotal % tailMax;
    const ordered = Buffer.concat([tail.subarray(at), tail.subarray(0, at)]);
    const cutHead = headBytes.subarray(0, completeLength(headBytes));
    const cutTail = ordered.subarray(leadingContinuations(ordered));
    return { headBytes: cutHead, tailBytes: cutTail, omitted: headLength + tailTotal - cutHead.length - cutTail.length };
  }
}

/** Length of `bytes` without a character that began at its end and is not complete there (at most 3 bytes less). */
export function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Continuation bytes at the start, at most 3: more of them are no half character but invalid input, which is kept. */
function leadingContinuations(bytes: Buffer): number {
  let count = 0;
  while (count < 3 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count++;
  return count;
}

function grow(buffer: Buffer, needed: number, max: number): Buffer {
  if (buffer.length >= needed) return buffer;
  const larger = Buffer.allocUnsafe(Math.min(max, Math.max(needed, buffer.length * 2)));
  buffer.copy(larger);
  return larger;
}
