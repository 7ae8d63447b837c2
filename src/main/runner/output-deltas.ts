export type OutputStream = "stdout" | "stderr";

/** Output on its way to a person who watches. */
export interface OutputDeltas {
  /** `bytes` must end at a character boundary. */
  push(stream: OutputStream, bytes: Buffer): void;
  /** Sends what waits, at once. To be called when the command has ended. */
  flush(): void;
}

/** Bytes of one piece, as in Codex 0.169.0 (measured). */
const pieceBytes = 8_192;
/** Pieces of one command, as in Codex 0.169.0. */
const maxPieces = 10_000;
const frameMs = 16;
/** Bytes a frame shows: 2 MB/s is more than anybody reads, and a flood must not fill the memory on its way to a window. */
const frameBytes = 4 * pieceBytes;

/**
 * Gathers output for 16 ms and passes it on in pieces of at most 8 KiB. What a frame cannot take is left out there, with a
 * line that says how much; the command's result is not touched by this. The first `wholeBytes` are passed on whole, for a file.
 */
export function createOutputDeltas(emit: (stream: OutputStream, text: string) => void, wholeBytes = 0): OutputDeltas {
  let waiting: { readonly stream: OutputStream; readonly whole: boolean; readonly chunks: Buffer[] }[] = [];
  let waitingBytes = 0;
  let skipped = 0;
  let pieces = 0;
  /** Bytes that still pass whatever the frame. */
  let whole = wholeBytes;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const entries = waiting;
    const left = skipped;
    waiting = [];
    waitingBytes = 0;
    skipped = 0;
    for (const entry of entries) {
      let rest = Buffer.concat(entry.chunks);
      while (rest.length > 0 && (entry.whole || pieces < maxPieces)) {
        const end = boundary(rest, pieceBytes);
        if (!entry.whole) pieces++;
        emit(entry.stream, rest.toString("utf8", 0, end));
        rest = rest.subarray(end);
      }
    }
    const last = entries.at(-1);
    if (left > 0 && last !== undefined && pieces < maxPieces) {
      pieces++;
      emit(last.stream, `\n[${left} bytes not shown while the command runs]\n`);
    }
  };

  return {
    push(stream, bytes) {
      if (bytes.length === 0 || pieces >= maxPieces) return;
      timer ??= setTimeout(flush, frameMs);
      const passes = whole > 0;
      whole -= bytes.length;
      const room = passes ? bytes.length : frameBytes - waitingBytes;
      const shown = bytes.subarray(0, boundary(bytes, room));
      skipped += bytes.length - shown.length;
      if (shown.length === 0) return;
      if (!passes) waitingBytes += shown.length;
      const last = waiting.at(-1);
      if (last?.stream === stream && last.whole === passes) last.chunks.push(Buffer.from(shown));
      else waiting.push({ stream, whole: passes, chunks: [Buffer.from(shown)] });
    },
    flush,
  };
}

/** The largest cut at or below `max` that splits no character; in invalid input simply `max`. */
function boundary(bytes: Buffer, max: number): number {
  if (bytes.length <= max) return bytes.length;
  for (let end = max; end > 0 && end >= max - 3; end--) if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end;
  return Math.max(0, max);
}
