import { SpindleError } from "../protocol/error.ts";
import { trim, trimEnd } from "./white-space.ts";

/** Is told what a patch says, in its order. Paths are literally what stood in the patch. */
export interface PatchSink {
  /** A file operation begins. */
  file(kind: "add" | "update" | "delete", path: string): void;
  /** The file of the open update moves there. */
  move(path: string): void;
  /** A place in the open update; `header` is the text after `@@ `, undefined for a bare `@@` or none. */
  chunk(header: string | undefined): void;
  /** A line of the open file or chunk, without its sign. */
  line(kind: "context" | "add" | "remove", text: string): void;
  /** The open chunk stands at the end of its file. */
  endOfFile(): void;
}

/** The states of a patch, fed line by line. */
export interface PatchStates {
  /** A line that is not the last one, without `\n`; `number` is 1-based, `*** Begin Patch` is line 1. Throws `invalid_patch`. */
  take(raw: string, number: number): void;
  /** The last line, known to be `*** End Patch`. Throws `invalid_patch`. */
  takeEnd(number: number): void;
  /** Value of `*** Environment ID:`, when there was one. */
  readonly environmentId: string | undefined;
}

export const BEGIN = "*** Begin Patch";
export const END = "*** End Patch";
export const FIRST_LINE = `The first line of the patch must be '${BEGIN}'`;
export const LAST_LINE = `The last line of the patch must be '${END}'`;

const END_OF_FILE = "*** End of File";
const ADD = "*** Add File: ";
const DELETE = "*** Delete File: ";
const UPDATE = "*** Update File: ";
const MOVE = "*** Move to: ";
const ENVIRONMENT = "*** Environment ID:";

interface OpenUpdate {
  readonly kind: "update";
  readonly path: string;
  readonly headerLine: number;
  moved: boolean;
  /** Undefined before the first chunk. */
  chunk: { lines: number; endOfFile: boolean } | undefined;
}
type Open = { readonly kind: "add" | "delete" } | OpenUpdate;

/**
 * The state machine behind every reader of patches: grammar, leniencies and sentences of Codex 0.169.0 (measured). What a
 * line means depends on the lines before it only, so a whole patch and one that is still arriving are read by the same code.
 */
export function createPatchStates(sink: PatchSink): PatchStates {
  let open: Open | undefined;
  let ended = false;
  let environmentId: string | undefined;

  function take(raw: string, number: number): void {
    if (ended) {
      if (trim(raw) !== "") throw new SpindleError("invalid_patch", LAST_LINE);
      return;
    }
    if (open?.kind === "update") return takeUpdateLine(open, raw, number);
    if (open?.kind === "add" && raw.startsWith("+")) return sink.line("add", raw.slice(1));
    const trimmed = trim(raw);
    if (open === undefined && trimmed.startsWith(ENVIRONMENT)) return takeEnvironment(trimmed);
    if (takeHeader(trimmed, number)) return;
    throw fail(number, `'${trimmed}' is not a valid hunk header. Valid hunk headers: '${ADD}{path}', '${DELETE}{path}', '${UPDATE}{path}'`);
  }

  function takeEnvironment(trimmed: string): void {
    if (environmentId !== undefined)
      throw new SpindleError("invalid_patch", "apply_patch environment_id cannot be specified more than once");
    const value = trim(trimmed.slice(ENVIRONMENT.length));
    if (value === "") throw new SpindleError("invalid_patch", "apply_patch environment_id cannot be empty");
    environmentId = value;
  }

  /** Opens the next operation or ends the patch. `text` is trimmed as the state asks; false when it is no header. */
  function takeHeader(text: string, number: number): boolean {
    const kind = headerKind(text);
    if (kind === undefined && text !== END) return false;
    if (open?.kind === "update" && open.chunk === undefined)
      throw fail(open.headerLine, `Update file hunk for path '${open.path}' is empty`);
    ended = kind === undefined;
    if (kind === undefined) return true;
    const path = text.slice(prefixes[kind].length);
    open = kind === "update" ? { kind, path, headerLine: number, moved: false, chunk: undefined } : { kind };
    sink.file(kind, path);
    return true;
  }

  function takeUpdateLine(update: OpenUpdate, raw: string, number: number): void {
    // Only the right side is trimmed: an indented header is a context line.
    const text = trimEnd(raw);
    const { chunk } = update;
    if (chunk?.lines === 0) {
      if (text === END || text === END_OF_FILE) throw fail(number, "Update hunk does not contain any lines");
      if (headerKind(text) !== undefined) throw unexpected(number, text);
      if (isChunkStart(text)) throw unexpected(number, raw);
    }
    if (takeHeader(text, number)) return;
    if (chunk === undefined && !update.moved && text.startsWith(MOVE)) {
      update.moved = true;
      return sink.move(text.slice(MOVE.length));
    }
    if (isChunkStart(text)) {
      update.chunk = { lines: 0, endOfFile: false };
      return sink.chunk(text === "@@" ? undefined : text.slice(3));
    }
    if (chunk?.endOfFile === true) {
      if (text === "") return;
      throw expectedChunk(number, raw);
    }
    if (text === END_OF_FILE) {
      if (chunk === undefined) return;
      chunk.endOfFile = true;
      return sink.endOfFile();
    }
    const kind = raw === "" ? "context" : signs[raw.charAt(0)];
    if (kind === undefined) throw chunk === undefined || chunk.lines === 0 ? unexpected(number, raw) : expectedChunk(number, raw);
    if (chunk === undefined) {
      update.chunk = { lines: 1, endOfFile: false };
      sink.chunk(undefined);
    } else {
      chunk.lines++;
    }
    sink.line(kind, raw.slice(1));
  }

  return {
    take,
    takeEnd: (number) => {
      // It ends even an update in which an indented end marker is a context line.
      if (!ended) take(END, number);
    },
    get environmentId() {
      return environmentId;
    },
  };
}

const prefixes = { add: ADD, delete: DELETE, update: UPDATE } as const;
const signs: Readonly<Record<string, "context" | "add" | "remove">> = { " ": "context", "+": "add", "-": "remove" };

function headerKind(text: string): keyof typeof prefixes | undefined {
  if (!text.startsWith("*** ")) return undefined;
  if (text.startsWith(ADD)) return "add";
  if (text.startsWith(DELETE)) return "delete";
  return text.startsWith(UPDATE) ? "update" : undefined;
}

function isChunkStart(text: string): boolean {
  return text === "@@" || text.startsWith("@@ ");
}

function unexpected(line: number, raw: string): SpindleError {
  return fail(
    line,
    `Unexpected line found in update hunk: '${raw}'. Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)`,
  );
}

function expectedChunk(line: number, raw: string): SpindleError {
  return fail(line, `Expected update hunk to start with a @@ context marker, got: '${raw}'`);
}

function fail(line: number, reason: string): SpindleError {
  return new SpindleError("invalid_patch", reason, { details: { line } });
}
