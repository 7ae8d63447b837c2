import type { ErrorCode } from "../../protocol/error.ts";
import { findCallSites } from "./call-sites.ts";
import { nestingDepth } from "./nesting.ts";
import { codeFrame, createStackMap, type Position, type StackMap } from "./stack-map.ts";

/**
 * A script ready to run: an expression whose value is a function that is given `(tool, place) => function` and returns
 * the script's async function. Places are `line:column` of the compiled code.
 */
export interface CompiledScript {
  readonly ok: true;
  readonly js: string;
  /** The script as positions count in it: fences blanked, otherwise as it was given. */
  readonly source: string;
  readonly map: StackMap;
  readonly cached: boolean;
}

/** A script that cannot run. */
export interface CompileFailure {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly position?: Position;
  readonly frame?: string;
}

export interface Compiler {
  compile(code: string): Promise<CompiledScript | CompileFailure>;
  stats(): { readonly hits: number; readonly misses: number };
  /** Loads the native compiler; idempotent. */
  prepare(): Promise<void>;
}

const wrapper = "async()=>{";
const maxSourceLength = 2_000_000;
const maxDepth = 1_500;
const maxEntries = 256;
const maxCacheBytes = 16 * 1024 * 1024;

/** TypeScript to JavaScript with oxc-transform, keeping the last 256 scripts (16 MB). One per harness. */
export function createCompiler(): Compiler {
  let loading: Promise<typeof import("oxc-transform")> | undefined;
  const load = (): Promise<typeof import("oxc-transform")> => (loading ??= import("oxc-transform"));
  const cache = new Map<string, CompiledScript>();
  let bytes = 0;
  let hits = 0;
  let misses = 0;
  const sizeOf = (script: CompiledScript): number => (script.js.length + script.source.length) * 3;

  return {
    async prepare() {
      await load();
    },
    stats: () => ({ hits, misses }),
    async compile(code) {
      const known = cache.get(code);
      if (known !== undefined) {
        hits++;
        cache.delete(code);
        cache.set(code, known);
        return known.cached ? known : { ...known, cached: true };
      }
      misses++;
      const compiled = transform(await load(), code);
      if (!compiled.ok) return compiled;
      cache.set(code, { ...compiled, cached: true });
      bytes += sizeOf(compiled);
      for (const [oldest, script] of cache) {
        if (cache.size <= maxEntries && bytes <= maxCacheBytes) break;
        cache.delete(oldest);
        bytes -= sizeOf(script);
      }
      return compiled;
    },
  };
}

function transform(oxc: typeof import("oxc-transform"), code: string): CompiledScript | CompileFailure {
  if (code.length > maxSourceLength) {
    return {
      ok: false,
      code: "script_syntax",
      message: `The script has ${code.length} characters; at most ${maxSourceLength} are allowed.`,
      hint: "Put data into a file and read it with a tool.",
    };
  }
  const source = escapeLoneSurrogates(blankFences(code));
  if (nestingDepth(source) > maxDepth) {
    return {
      ok: false,
      code: "script_syntax",
      message: `The script is nested more than ${maxDepth} levels deep.`,
      hint: "Split long chains of operators or deeply nested brackets into several statements.",
    };
  }
  const result = oxc.transformSync(scriptName, `${wrapper}${source}\n}`, {
    lang: "ts",
    sourceType: "module",
    sourcemap: true,
    target: "esnext",
  });
  const error = result.errors.find((entry) => entry.severity === "Error");
  if (error !== undefined || result.code === "") {
    const label = error?.labels.at(-1);
    const position = label === undefined ? undefined : positionOfByte(source, label.start - wrapper.length);
    return describeSyntaxError(source, error?.message ?? "The script could not be compiled.", position, error?.helpMessage ?? undefined);
  }
  const js = withCallSites(result.code.replace(/;\s*$/, ""));
  return { ok: true, js, source, map: createStackMap(source, JSON.stringify(result.map), wrapper.length), cached: false };
}

const scriptName = "script.ts";
/** Further calls of a script with more of them find their places by a stack. */
const maxSites = 1_000;

/**
 * Puts a function of its own behind every `tools.NAME(`, which knows its place: `tools.readFile(` becomes `$0________(`.
 * The names have the length of what they replace, so that every position stays; what is added stands in the first line,
 * which is the wrapper's.
 */
function withCallSites(code: string): string {
  const sites = code.includes("tools.") ? (findCallSites(code) ?? []) : [];
  let prefix = "$";
  while (sites.length > 0 && code.includes(prefix)) prefix += "$";
  let js = "";
  let made = "";
  let copied = 0;
  let line = 1;
  let lineStart = 0;
  for (const [index, { at, tool }] of sites.slice(0, maxSites).entries()) {
    for (let next = code.indexOf("\n", lineStart); next >= 0 && next < at; next = code.indexOf("\n", lineStart)) {
      line++;
      lineStart = next + 1;
    }
    const length = "tools.".length + tool.length;
    const name = `${prefix}${index.toString(36)}`.padEnd(length, "_");
    if (name.length > length) continue;
    js += code.slice(copied, at) + name;
    copied = at + length;
    made += `${made === "" ? "const " : ","}${name}=${prefix}(${JSON.stringify(tool)},"${line}:${at - lineStart + 1}")`;
  }
  return `((${sites.length === 0 ? "" : prefix})=>{${made};return (${js}${code.slice(copied)}\n)})`;
}

/** A syntax error with its place; constructs a script cannot have get a sentence that says what to do instead. */
export function describeSyntaxError(source: string, message: string, position: Position | undefined, help?: string): CompileFailure {
  const line = position === undefined ? "" : (source.split("\n")[position.line - 1] ?? "");
  const special = position === undefined ? undefined : unsupported(line);
  const beyond = position === undefined && message === "Unexpected token";
  return {
    ok: false,
    code: "script_syntax",
    message: special?.message ?? message,
    ...(special !== undefined
      ? { hint: special.hint }
      : help !== undefined
        ? { hint: help }
        : beyond
          ? { hint: "The brackets of the script do not match." }
          : {}),
    ...(position === undefined ? {} : { position, frame: codeFrame(source, position) }),
  };
}

function unsupported(line: string): { readonly message: string; readonly hint: string } | undefined {
  const text = line.trim();
  if (/^import\b(?!\s*[.(])/.test(text))
    return {
      message: "A script cannot import modules.",
      hint: "Everything a script can use is global: tools, context, console, setTimeout. Remove the import.",
    };
  if (/\bimport\.meta\b/.test(text)) return { message: "A script has no import.meta.", hint: "Facts about the project are in context." };
  if (/^export\b/.test(text))
    return { message: "A script cannot export.", hint: "Use return to give the result back; remove the word export." };
  if (/^(?:await\s+)?using\s/.test(text))
    return { message: "`using` declarations are not supported in scripts.", hint: "Use const with try … finally." };
  if (/\bnamespace\s+[\w.]+\s*\{|\bmodule\s+\w+\s*\{/.test(text))
    return { message: "Namespaces are not supported in scripts.", hint: "Use a const object with functions instead." };
  if (/^@[A-Za-z]/.test(text)) return { message: "Decorators are not supported in scripts.", hint: "Call the function directly instead." };
  return undefined;
}

/** ```` ```ts … ``` ```` around the whole script: the fence lines become empty, so that line numbers stay. */
function blankFences(code: string): string {
  const match = /^(\s*)(```|~~~)[A-Za-z]*[ \t]*\r?\n([\s\S]*?)(?:\r?\n[ \t]*\2[ \t]*)?\s*$/.exec(code);
  if (match === null) return code;
  const [, before = "", , body = ""] = match;
  return `${before}\n${body}`;
}

/** Half a surrogate pair cannot cross into native code; inside a string its escape means the same. */
function escapeLoneSurrogates(code: string): string {
  return code.replace(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    (half) => `\\u${half.charCodeAt(0).toString(16)}`,
  );
}

/** The compiler counts bytes of UTF-8; people count characters. Undefined behind the end of the script. */
function positionOfByte(source: string, offset: number): Position | undefined {
  const bytes = Buffer.from(source, "utf8");
  if (offset < 0 || offset > bytes.length) return undefined;
  const before = bytes.toString("utf8", 0, Math.min(offset, bytes.length));
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}
