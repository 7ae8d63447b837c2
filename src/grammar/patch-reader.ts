import { SpindleError } from "../protocol/error.ts";
import { BEGIN, createPatchStates, END, FIRST_LINE, LAST_LINE, type PatchSink } from "./patch-states.ts";
import { trim, trimEnd, trimStart } from "./white-space.ts";

/** Reads a patch that arrives in pieces. */
export interface PatchReader {
  /** The next piece, cut anywhere. Costs its own length. Never throws: see `fault`. */
  feed(text: string): void;
  /** All has arrived. Throws `invalid_patch` as for the whole text, whatever the pieces were. To be called once. */
  end(): { readonly environmentId: string | undefined };
  /**
   * The first thing wrong so far; nothing is told to the sink after it. Only `end` knows the fault of the whole, because a
   * missing end marker counts before anything else.
   */
  readonly fault: SpindleError | undefined;
}

/**
 * A reader that tells a sink what the patch says as soon as it is certain: lines are told one behind, because the last
 * one is the end marker whatever stands before it (two behind inside a here-document). Line ends, padding and the
 * here-document wrapper are those of Codex 0.169.0 (measured): white space around the whole text does not count, up to two
 * `\r` at the end of a line are taken off.
 */
export function createPatchReader(sink: PatchSink): PatchReader {
  const states = createPatchStates(sink);
  /** plain: the first line was the begin marker. wrapped: it opened a here-document. */
  let shape: "unknown" | "plain" | "wrapped" | "refused" = "unknown";
  let fault: SpindleError | undefined;
  /** White space before the first line is not part of the patch. */
  let begun = false;
  /** The line that is still arriving. */
  let openLine = "";
  /** Lines that may turn out to be the last ones, or white space behind them. */
  let held: string[] = [];
  /** Number of the last line that was taken. */
  let number = 0;

  function takeFirst(line: string): void {
    if (shape === "unknown" && trim(line) !== BEGIN && isWrapper(line)) {
      shape = "wrapped";
      return;
    }
    if (trim(line) === BEGIN) {
      if (shape === "unknown") shape = "plain";
      number = 1;
      return;
    }
    shape = "refused";
    fault = new SpindleError("invalid_patch", FIRST_LINE);
  }

  function takeLine(line: string): void {
    number++;
    if (fault !== undefined) return;
    try {
      // The original joins its lines and splits them again, which takes a second `\r` off.
      states.take(withoutCr(line), number);
    } catch (error) {
      if (!(error instanceof SpindleError)) throw error;
      fault = error;
    }
  }

  function hold(line: string): void {
    if (shape === "refused") return;
    if (number === 0) return takeFirst(line);
    held.push(line);
    // White space may be the end of the text, which does not count.
    if (trim(line) === "") return;
    const certain = held.length - (shape === "wrapped" ? 2 : 1);
    for (let i = 0; i < certain; i++) takeLine(held[i] ?? "");
    if (certain > 0) held = held.slice(certain);
  }

  return {
    get fault() {
      return fault;
    },
    feed(text) {
      let at = 0;
      if (!begun) {
        at = text.length - trimStart(text).length;
        if (at === text.length) return;
        begun = true;
      }
      for (let end = text.indexOf("\n", at); end !== -1; end = text.indexOf("\n", at)) {
        const line = openLine + text.slice(at, end);
        openLine = "";
        at = end + 1;
        hold(withoutCr(line));
      }
      if (at < text.length) openLine += text.slice(at);
    },
    end() {
      if (trim(openLine) !== "") hold(openLine);
      while (held.length > 0 && trim(held.at(-1) ?? "") === "") held.pop();
      const last = held.pop();
      if (!begun) throw new SpindleError("invalid_patch", LAST_LINE);
      const inner = shape === "wrapped" ? held.pop() : last;
      const unwrapped = shape === "plain" || (shape === "wrapped" && inner !== undefined && trimEnd(last ?? "").endsWith("EOF"));
      if (!unwrapped) throw new SpindleError("invalid_patch", FIRST_LINE);
      if (inner === undefined || trim(inner) !== END) throw new SpindleError("invalid_patch", LAST_LINE);
      if (fault !== undefined) throw fault;
      states.takeEnd(number + 1);
      return { environmentId: states.environmentId };
    },
  };
}

function isWrapper(line: string): boolean {
  return line === "<<EOF" || line === "<<'EOF'" || line === '<<"EOF"';
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
