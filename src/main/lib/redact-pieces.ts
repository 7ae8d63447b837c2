import { longestBefore } from "./key-shapes.ts";
import type { Redactor } from "./redact.ts";

/** Redacts text that comes in pieces: what may be the beginning of a secret waits for the piece that tells. */
export interface PieceRedactor {
  /** What can be shown by now; may be empty. */
  push(piece: string): string;
  /** What still waited: nothing follows it. */
  end(): string;
}

/** Enough of what was shown to see where a word or an address begins, behind a colour too. */
const contextLength = longestBefore + 3;

/** For one stream of text; two streams that are mixed into one need one each. */
export function createPieceRedactor(redact: Redactor): PieceRedactor {
  let waiting = "";
  let context = "";
  const show = (ready: string): string => {
    if (ready === "") return "";
    const before = context;
    const both = redact(before + ready);
    const shown = both.startsWith(before) ? both.slice(before.length) : redact(ready);
    context = (context + shown).slice(-contextLength);
    return shown;
  };
  return {
    push(piece) {
      const text = waiting + piece;
      const open = Math.min(text.length, redact.openEnd(context + text));
      waiting = open === 0 ? "" : text.slice(-open);
      return show(text.slice(0, text.length - open));
    },
    end() {
      const rest = waiting;
      waiting = "";
      return show(rest);
    },
  };
}
