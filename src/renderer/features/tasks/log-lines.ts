/** Lines of a log that grows at its end. The array is the same all the time: what changed is told by `count` and the last line. */
export interface LogLines {
  readonly lines: readonly string[];
  /** Adds a piece, which may begin and end anywhere in a line. */
  add(text: string): void;
}

export function createLogLines(): LogLines {
  const lines: string[] = [];
  /** True while the last line has no end yet. */
  let open = false;
  return {
    lines,
    add(text) {
      if (text === "") return;
      const parts = text.split("\n");
      const last = parts.pop() ?? "";
      for (const part of last === "" ? parts : [...parts, last]) {
        if (open) lines[lines.length - 1] += part;
        else lines.push(part);
        open = false;
      }
      open = last !== "";
    },
  };
}

/** Longest line that is drawn, in characters: one line of a megabyte would hold up the window. */
const drawnLength = 2_000;

/** A line as it is drawn: as it is read, and cut when it is very long. */
export function drawnLine(line: string): string {
  const plain = plainLine(line);
  return plain.length > drawnLength ? `${plain.slice(0, drawnLength)}… (${plain.length.toLocaleString("en-US")} characters)` : plain;
}

/** A line as it is read, whole: without escape sequences, and what a carriage return wrote over. */
export function plainLine(line: string): string {
  const written = line.replace(/\r+$/, "");
  const visible = written.slice(written.lastIndexOf("\r") + 1);
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is taken out
  return visible.replaceAll(/\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g, "");
}
