import { SpindleError } from "../../../protocol/error.ts";
import { trim, trimEnd } from "./white-space.ts";

/** One operation of a patch. `path` and `movePath` are literally what stood in the patch. */
export type PatchOperation =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string }
  | { readonly type: "update"; readonly path: string; readonly movePath: string | undefined; readonly chunks: readonly PatchChunk[] };

/** A place in a file and what changes there. */
export interface PatchChunk {
  /** Text after `@@ `: a line to look for first. Undefined for a bare `@@` or none. */
  readonly header: string | undefined;
  readonly lines: readonly PatchLine[];
  /** The block must stand at the end of the file (`*** End of File`). */
  readonly endOfFile: boolean;
}

export interface PatchLine {
  readonly kind: "context" | "add" | "remove";
  readonly text: string;
}

export interface ParsedPatch {
  readonly operations: readonly PatchOperation[];
  /** Value of `*** Environment ID:`, when there is one. */
  readonly environmentId: string | undefined;
}

/**
 * Reads a patch: the grammar, the leniencies and the sentences of Codex 0.169.0 (measured). Throws `invalid_patch` whose
 * message is the bare reason; `details.line` is the 1-based line (`*** Begin Patch` is line 1) when the reason has one.
 * The two fronts put their own words before it.
 */
export function parsePatch(text: string): ParsedPatch {
  const lines = patchLines(text);
  const state: State = { operations: [], environmentId: undefined, open: undefined, ended: false };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    // Joined lines were split once more in the original, which takes a second `\r` off every line but the last.
    const raw = i < lines.length - 1 && line.endsWith("\r") ? line.slice(0, -1) : line;
    // The last line is known to be the end marker, so it ends even an update in which an indented one is a context line.
    const isEnd = i === lines.length - 1;
    if (state.ended) {
      if (!isEnd && trim(raw) !== "") throw new SpindleError("invalid_patch", LAST_LINE);
    } else if (i > 0) {
      takeLine(state, isEnd ? END : raw, i + 1);
    }
  }
  return { operations: state.operations, environmentId: state.environmentId };
}

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const END_OF_FILE = "*** End of File";
const ADD = "*** Add File: ";
const DELETE = "*** Delete File: ";
const UPDATE = "*** Update File: ";
const MOVE = "*** Move to: ";
const ENVIRONMENT = "*** Environment ID:";
const FIRST_LINE = `The first line of the patch must be '${BEGIN}'`;
const LAST_LINE = `The last line of the patch must be '${END}'`;

interface OpenChunk {
  header: string | undefined;
  lines: PatchLine[];
  endOfFile: boolean;
}
interface OpenUpdate {
  readonly type: "update";
  readonly path: string;
  readonly headerLine: number;
  movePath: string | undefined;
  chunks: OpenChunk[];
}
type Open =
  | { readonly type: "add"; readonly path: string; content: string[] }
  | { readonly type: "delete"; readonly path: string }
  | OpenUpdate;
interface State {
  operations: PatchOperation[];
  environmentId: string | undefined;
  open: Open | undefined;
  ended: boolean;
}

/** The lines between and including the markers, one `\r` taken off each, a here-document wrapper removed. */
function patchLines(text: string): string[] {
  const trimmed = trim(text);
  const lines =
    trimmed === "" ? [] : trimmed.split("\n").map((line, i, all) => (i < all.length - 1 && line.endsWith("\r") ? line.slice(0, -1) : line));
  const first = lines[0] ?? "";
  const fault = markerFault(lines);
  if (fault === undefined) return lines;
  const wrapped =
    lines.length >= 4 && (first === "<<EOF" || first === "<<'EOF'" || first === '<<"EOF"') && (lines.at(-1) ?? "").endsWith("EOF");
  if (!wrapped) throw new SpindleError("invalid_patch", fault);
  const inner = lines.slice(1, -1);
  const innerFault = markerFault(inner);
  if (innerFault !== undefined) throw new SpindleError("invalid_patch", innerFault);
  return inner;
}

function markerFault(lines: readonly string[]): string | undefined {
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return LAST_LINE;
  if (trim(first) !== BEGIN) return FIRST_LINE;
  return trim(last) === END ? undefined : LAST_LINE;
}

function takeLine(state: State, raw: string, line: number): void {
  const open = state.open;
  if (open?.type === "update") return takeUpdateLine(state, open, raw, line);
  if (open?.type === "add" && raw.startsWith("+")) {
    open.content.push(raw.slice(1), "\n");
    return;
  }
  const trimmed = trim(raw);
  if (open === undefined && trimmed.startsWith(ENVIRONMENT)) return takeEnvironment(state, trimmed);
  if (takeHeader(state, trimmed, line)) return;
  throw fail(line, `'${trimmed}' is not a valid hunk header. Valid hunk headers: '${ADD}{path}', '${DELETE}{path}', '${UPDATE}{path}'`);
}

function takeEnvironment(state: State, trimmed: string): void {
  if (state.environmentId !== undefined)
    throw new SpindleError("invalid_patch", "apply_patch environment_id cannot be specified more than once");
  const value = trim(trimmed.slice(ENVIRONMENT.length));
  if (value === "") throw new SpindleError("invalid_patch", "apply_patch environment_id cannot be empty");
  state.environmentId = value;
}

/** Opens the next operation or ends the patch. `text` is trimmed as the state asks; false when it is no header. */
function takeHeader(state: State, text: string, line: number): boolean {
  let next: Open | undefined;
  if (text.startsWith(ADD)) next = { type: "add", path: text.slice(ADD.length), content: [] };
  else if (text.startsWith(DELETE)) next = { type: "delete", path: text.slice(DELETE.length) };
  else if (text.startsWith(UPDATE))
    next = { type: "update", path: text.slice(UPDATE.length), headerLine: line, movePath: undefined, chunks: [] };
  else if (text !== END) return false;
  closeOperation(state);
  state.open = next;
  state.ended = next === undefined;
  return true;
}

function closeOperation(state: State): void {
  const open = state.open;
  if (open === undefined) return;
  if (open.type === "update" && open.chunks.length === 0) throw fail(open.headerLine, `Update file hunk for path '${open.path}' is empty`);
  if (open.type === "add") state.operations.push({ type: "add", path: open.path, content: open.content.join("") });
  else if (open.type === "delete") state.operations.push({ type: "delete", path: open.path });
  else state.operations.push({ type: "update", path: open.path, movePath: open.movePath, chunks: open.chunks });
}

const signs: Readonly<Record<string, PatchLine["kind"]>> = { " ": "context", "+": "add", "-": "remove" };

function takeUpdateLine(state: State, open: OpenUpdate, raw: string, line: number): void {
  // Only the right side is trimmed: an indented header is a context line.
  const text = trimEnd(raw);
  const chunk = open.chunks.at(-1);
  const chunkIsEmpty = chunk !== undefined && chunk.lines.length === 0;
  if (chunkIsEmpty && (text === END || text === END_OF_FILE)) throw fail(line, "Update hunk does not contain any lines");
  if (chunkIsEmpty && isHeader(text)) throw unexpected(line, text);
  if (chunkIsEmpty && isChunkStart(text)) throw unexpected(line, raw);
  if (takeHeader(state, text, line)) return;
  if (chunk === undefined && open.movePath === undefined && text.startsWith(MOVE)) {
    open.movePath = text.slice(MOVE.length);
    return;
  }
  if (isChunkStart(text)) {
    open.chunks.push({ header: text === "@@" ? undefined : text.slice(3), lines: [], endOfFile: false });
    return;
  }
  if (chunk?.endOfFile) {
    if (text === "") return;
    throw expectedChunk(line, raw);
  }
  if (text === END_OF_FILE) {
    if (chunk !== undefined) chunk.endOfFile = true;
    return;
  }
  const kind = raw === "" ? "context" : signs[raw.charAt(0)];
  if (kind === undefined) throw chunk === undefined || chunkIsEmpty ? unexpected(line, raw) : expectedChunk(line, raw);
  const target = chunk ?? { header: undefined, lines: [], endOfFile: false };
  if (chunk === undefined) open.chunks.push(target);
  target.lines.push({ kind, text: raw.slice(1) });
}

function isHeader(text: string): boolean {
  return text.startsWith(ADD) || text.startsWith(DELETE) || text.startsWith(UPDATE);
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
