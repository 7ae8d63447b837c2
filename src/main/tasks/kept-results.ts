import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readFileSync, readSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import type { TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { withoutHidden } from "../../grammar/hidden-text.ts";
import { shortenJson } from "../lib/shorten-json.ts";

/** Longest result and text a line of the ledger holds, in characters of JSON; what is longer stands in a file. */
const maxInLedger = 8_192;
const outputTailBytes = 1024 * 1024;

/** A part of what a task printed. */
export interface OutputPart {
  readonly text: string;
  /** True when earlier output is left out. */
  readonly truncated: boolean;
  /** Where the next part begins, bytes. */
  readonly nextOffset: number;
}

/** The files of a data folder's tasks: what they print, and results too long for the ledger. */
export interface TaskFiles {
  outputFile(taskId: TaskId): string;
  /** Writes what does not fit the ledger, waits for the disk, and gives what the ledger's line holds. */
  keep(
    taskId: TaskId,
    end: { readonly result: Json; readonly text: string },
  ): {
    readonly result: Json;
    readonly resultCut: boolean;
    readonly text: string;
    readonly textCut: boolean;
  };
  /** Null when the file is gone: what the ledger holds of it is all there is. */
  text(taskId: TaskId): string | null;
  result(taskId: TaskId): Json | null;
  /** From `offset` bytes on, at most 1 MiB; without it the last 1 MiB. */
  output(taskId: TaskId, offset?: number): OutputPart;
}

export function createTaskFiles(folder: string, redact: (text: string) => string): TaskFiles {
  const place = (taskId: TaskId, ending: string): string => path.join(folder, `${taskId}.${ending}`);
  const write = (file: string, text: string): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const fd = openSync(file, "w", 0o600);
    try {
      writeSync(fd, redact(text));
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
  };
  return {
    outputFile: (taskId) => place(taskId, "log"),
    keep(taskId, { result, text: given }) {
      // First: a key with an escape sequence in it would pass the redactor and be whole for the model, who gets neither.
      const { text } = withoutHidden(given);
      const json = JSON.stringify(result);
      const resultCut = json.length > maxInLedger;
      const textCut = text.length > maxInLedger;
      if (resultCut) write(place(taskId, "result.json"), json);
      if (textCut) write(place(taskId, "text"), text);
      return {
        result: resultCut ? shortenJson(result, { string: 500, items: 20, depth: 4 }).value : result,
        resultCut,
        text: textCut ? `${text.slice(0, 2_000)}…` : text,
        textCut,
      };
    },
    text: (taskId) => whole(place(taskId, "text")),
    result(taskId) {
      const text = whole(place(taskId, "result.json"));
      return text === null ? null : (JSON.parse(text) as Json);
    },
    output(taskId, offset) {
      const file = place(taskId, "log");
      if (!existsSync(file)) return { text: "", truncated: false, nextOffset: 0 };
      const size = statSync(file).size;
      const wanted = offset === undefined ? Math.max(0, size - outputTailBytes) : Math.min(offset, size);
      const bytes = Buffer.alloc(Math.min(outputTailBytes, size - wanted));
      const fd = openSync(file, "r");
      try {
        readSync(fd, bytes, 0, bytes.length, wanted);
      } finally {
        closeSync(fd);
      }
      // Never half a character at either end: what is cut at the end comes with the next part.
      let start = 0;
      if (offset === undefined && wanted > 0) while (start < bytes.length && isContinuation(bytes[start])) start++;
      const end = wholeCharacters(bytes);
      return { text: bytes.toString("utf8", start, end), truncated: offset === undefined && wanted > 0, nextOffset: wanted + end };
    },
  };
}

function whole(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Where the last whole character ends. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
