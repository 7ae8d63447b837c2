import { findCallSites } from "./call-sites.ts";
import { blankFences } from "./fences.ts";
import { createLines, editorBreak, engineBreak, type Position } from "./lines.ts";
import { nestingDepth } from "./nesting.ts";
import { createStackMap, type StackMap } from "./stack-map.ts";
import { describeSyntaxError, findImport, syntaxFailure, type CompileFailure } from "./syntax-error.ts";

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
  const bare = result.code.replace(/;\s*$/, "");
  const map = createStackMap(source, bare, JSON.stringify(result.map), wrapper.length);
  const unsupported = findImport(bare);
  if (unsupported !== undefined) {
    const { line, column } = createLines(bare, engineBreak).at(unsupported.at);
    return syntaxFailure(source, unsupported.message, map.position(`${line}:${column}`) ?? undefined, unsupported.hint);
  }
  return { ok: true, js: withCallSites(bare), source, map, cached: false };
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
  return createLines(source, editorBreak).at(bytes.toString("utf8", 0, offset).length);
}
