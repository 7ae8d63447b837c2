import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { readFileInput, readFileResult, type ReadFileInput } from "../../protocol/tools.ts";
import { cutHead } from "../lib/truncate.ts";
import { fileError } from "../lib/paths.ts";
import { openForReading } from "../lib/read-scope.ts";
import { growBlock } from "./read-file/indentation.ts";
import { readSlice, type FileSlice } from "./read-file/slice.ts";
import { defineTool, readScopeOf, type ToolContext } from "./tool.ts";

/** Lines of a direct call without a limit (Codex, last version with this tool). */
const DIRECT_LINES = 2_000;
/** Bytes of one line that a model reads. */
const LINE_BYTES = 500;
/** Bytes of text that a script gets without a limit, and that indentation mode reads. */
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * The tool `readFile`. A model reads numbered lines, long ones cut; a script gets the text itself, by default the whole
 * file. Large files are streamed. Throws `not_found`, `not_a_file`, `binary_file`, `outside_project`, `permission_denied`,
 * `too_large`, and `invalid_input` for a line past the end.
 */
export const readFileTool = defineTool({
  name: "readFile",
  description: "Reads a text file: a range of lines, or the block around a line by its indentation.",
  input: readFileInput,
  result: readFileResult,
  effect: (input, ctx) => ({ kind: "read" as const, paths: [path.resolve(ctx.projectRoot, input.path)] }),
  async run(input, ctx) {
    let slice: FileSlice;
    try {
      const { handle } = await openForReading(readScopeOf(ctx), input.path);
      try {
        slice = input.mode === "indentation" ? await readBlock(handle, input, ctx) : await readRange(handle, input, ctx);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw error instanceof SpindleError ? error : fileError(error, input.path);
    }
    const shown = ctx.fromScript ? { lines: slice.lines, cut: false } : cutLines(slice.lines);
    const endLine = slice.startLine + slice.lines.length - 1;
    const truncated = endLine < slice.totalLines || slice.cut || shown.cut;
    return {
      result: {
        path: input.path,
        text: shown.lines.join("\n"),
        startLine: slice.startLine,
        endLine,
        totalLines: slice.totalLines,
        truncated,
      },
      text: slice.totalLines === 0 ? "The file is empty." : shown.lines.map((line, i) => `L${slice.startLine + i}: ${line}`).join("\n"),
      summary: `${slice.lines.length} ${slice.lines.length === 1 ? "line" : "lines"}`,
    };
  },
});

async function readRange(handle: FileHandle, input: ReadFileInput, ctx: ToolContext): Promise<FileSlice> {
  const offset = input.offset ?? 1;
  const slice = await readSlice(handle, {
    shownPath: input.path,
    offset,
    limit: input.limit ?? (ctx.fromScript ? Number.MAX_SAFE_INTEGER : DIRECT_LINES),
    maxBytes: MAX_BYTES,
    signal: ctx.signal,
  });
  if (offset > Math.max(1, slice.totalLines)) throw pastTheEnd("offset exceeds file length", offset, slice.totalLines);
  return slice;
}

async function readBlock(handle: FileHandle, input: ReadFileInput, ctx: ToolContext): Promise<FileSlice> {
  const whole = await readSlice(handle, {
    shownPath: input.path,
    offset: 1,
    limit: Number.MAX_SAFE_INTEGER,
    maxBytes: MAX_BYTES,
    signal: ctx.signal,
  });
  if (whole.cut || whole.lines.length < whole.totalLines) {
    throw new SpindleError("too_large", `${input.path} is too large for indentation mode (over ${MAX_BYTES} bytes).`, {
      hint: "Read a range of lines instead.",
      details: { path: input.path },
    });
  }
  const wanted = input.indentation ?? {};
  const anchorLine = wanted.anchorLine ?? input.offset ?? 1;
  if (anchorLine > Math.max(1, whole.totalLines)) throw pastTheEnd("anchor_line exceeds file length", anchorLine, whole.totalLines);
  if (whole.totalLines === 0) return whole;
  const limit = input.limit ?? DIRECT_LINES;
  const block = growBlock(whole.lines, {
    anchor: anchorLine - 1,
    maxLevels: wanted.maxLevels ?? 0,
    includeSiblings: wanted.includeSiblings ?? false,
    includeHeader: wanted.includeHeader ?? true,
    maxLines: Math.min(limit, wanted.maxLines ?? limit),
  });
  return { lines: whole.lines.slice(block.from, block.to), startLine: block.from + 1, totalLines: whole.totalLines, cut: false };
}

function pastTheEnd(message: string, line: number, totalLines: number): SpindleError {
  return new SpindleError("invalid_input", message, { hint: `The file has ${totalLines} lines.`, details: { line, totalLines } });
}

function cutLines(lines: readonly string[]): { lines: string[]; cut: boolean } {
  let cut = false;
  const shown = lines.map((line) => {
    // A line of n characters has at least n bytes and at most 3n.
    if (line.length * 3 <= LINE_BYTES) return line;
    const bytes = Buffer.from(line, "utf8");
    if (bytes.length <= LINE_BYTES) return line;
    cut = true;
    return cutHead(bytes, LINE_BYTES);
  });
  return { lines: shown, cut };
}
