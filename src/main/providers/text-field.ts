/** Reads one text out of JSON that is still arriving. */
export interface TextFieldReader {
  /** The text that became readable with this piece; costs the length of the piece. */
  push(delta: string): string;
}

/**
 * Turns the JSON arguments of a call into the text of one of their fields while they arrive, whatever stands before it.
 * Escapes and pairs of `\uXXXX` may be cut anywhere. Text that is no JSON object is passed through: weak models send the
 * code or the patch itself.
 */
export function createTextFieldReader(field: string): TextFieldReader {
  let state: State = "start";
  /** For the compiler, which does not see that other functions change it. */
  const now = (): State => state;
  /** Everything so far, until it is sure to be an object. */
  let undecided: string | null = "";
  let key = "";
  let depth = 0;
  let inString = false;
  /** The beginning of an escape that was cut. */
  let cutEscape = "";
  /** Half of a pair whose other half has not come. */
  let half = "";

  /** Takes characters of a string up to its end; returns how far it got and whether it ended. */
  function readString(text: string, from: number, out: (piece: string) => void): { at: number; ended: boolean } {
    let at = from;
    while (at < text.length) {
      if (cutEscape !== "") {
        cutEscape += text[at++];
        const whole = escapeText(cutEscape);
        if (whole === null) continue;
        cutEscape = "";
        out(whole);
        continue;
      }
      const stop = nextStop(text, at);
      if (stop > at) out(text.slice(at, stop));
      at = stop;
      if (text[at] === '"') return { at: at + 1, ended: true };
      if (text[at] === "\\") {
        cutEscape = "\\";
        at++;
      }
    }
    return { at, ended: false };
  }

  /** Goes over a value that is not wanted; returns how far it got. */
  function skip(text: string, from: number): number {
    let at = from;
    for (; at < text.length && state === "skip"; at++) {
      const char = text[at];
      if (inString) {
        if (char === "\\") {
          // Whatever follows, even in the next piece, is no end of the string.
          if (at + 1 === text.length) cutEscape = "\\";
          at++;
        } else if (char === '"') inString = false;
      } else if (char === '"') inString = true;
      else if (char === "{" || char === "[") depth++;
      else if ((char === "}" || char === "]") && depth > 0) depth--;
      else if (char === "," && depth === 0) state = "key";
      else if (char === "}") state = "done";
    }
    return at;
  }

  /** One character between fields. */
  function between(char: string): void {
    if (/\s/.test(char)) return;
    if (state === "start" && char === "{") state = "key";
    else if (state === "key" && char === '"') {
      state = "inKey";
      key = "";
    } else if (state === "key" && char === "}") state = "done";
    else if (state === "colon" && char === ":") {
      state = "value";
      undecided = null;
    } else if (state === "value") {
      state = key === field && char === '"' ? "text" : "skip";
      inString = char === '"';
      depth = char === "{" || char === "[" ? 1 : 0;
    } else state = "raw";
  }

  function push(delta: string): string {
    if (now() === "raw") return delta;
    if (undecided !== null) undecided += delta;
    let shown = "";
    let at = 0;
    if (now() === "skip" && cutEscape !== "" && delta !== "") {
      cutEscape = "";
      at = 1;
    }
    while (at < delta.length && now() !== "done" && now() !== "raw") {
      if (now() === "inKey" || now() === "text") {
        const isKey = now() === "inKey";
        const read = readString(delta, at, (piece) => {
          if (isKey) key += piece;
          else shown += piece;
        });
        at = read.at;
        if (read.ended) state = isKey ? "colon" : "done";
      } else if (now() === "skip") at = skip(delta, at);
      else between(delta[at++] ?? "");
    }
    if (now() === "raw") {
      const all = undecided ?? delta.slice(at);
      undecided = null;
      return all;
    }
    return shown;
  }

  return {
    push(delta) {
      const text = half + push(delta);
      half = "";
      // A lone half of a pair would be drawn as a broken character until the other half comes.
      if (!/[\uD800-\uDBFF]$/.test(text)) return text;
      half = text.slice(-1);
      return text.slice(0, -1);
    },
  };
}

/** start: before the brace. key, colon, value: between fields. text: inside the wanted field. skip: inside another value. */
type State = "start" | "key" | "inKey" | "colon" | "value" | "text" | "skip" | "done" | "raw";

const stops = /["\\]/g;

/** The next quote or backslash at or after `from`, or the end. */
function nextStop(text: string, from: number): number {
  stops.lastIndex = from;
  return stops.exec(text)?.index ?? text.length;
}

/** The character an escape stands for; null while it is not complete. */
function escapeText(escape: string): string | null {
  if (escape[1] !== "u") return simple[escape[1] ?? ""] ?? escape.slice(1);
  // Not hexadecimal: shown as it was written.
  if (!/^\\u[0-9a-fA-F]*$/.test(escape)) return escape.slice(1);
  return escape.length < 6 ? null : String.fromCharCode(Number.parseInt(escape.slice(2), 16));
}

const simple: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
