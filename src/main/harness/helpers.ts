import type { Json } from "../../protocol/json.ts";
import { unifiedDiff } from "./unified-diff.ts";

type JsonObject = { readonly [key: string]: Json };

/**
 * Work that is 10 to 35 times faster here than in QuickJS, for scripts to call synchronously as `helpers.*`. Runs in the
 * worker thread, counts as the script's CPU time, and dies with the thread when a regular expression never ends.
 * Throws `TypeError` for wrong arguments; the message is for the script's author.
 */
export function callHelper(name: string, args: readonly (Json | undefined)[]): Json {
  switch (name) {
    case "search":
      return search(text(args[0], "text"), pattern(args[1], "g"), options(args[2]));
    case "lines":
      return lines(text(args[0], "text"), options(args[1]));
    case "query":
      return query(args[0] ?? null, text(args[1], "path"));
    case "diff":
      return diff(text(args[0], "before"), text(args[1], "after"), options(args[2]));
    default:
      throw new TypeError(`There is no helpers.${name}.`);
  }
}

const defaultLimit = 10_000;
/** Of a longer line a match shows the part around it. */
const shownAround = 500;
/** Characters of text in all matches of one search. */
const maxFound = 16 * 1024 * 1024;

/**
 * Every match with its 1-based line and column, the line's text and the groups. Of a long line the text has 500 characters
 * on both sides of the match, and `truncated` is true.
 */
function search(input: string, regex: RegExp, { limit }: JsonObject): Json {
  const most = count(limit, defaultLimit, "limit");
  const found: Json[] = [];
  let line = 1;
  let lineStart = 0;
  let lineEnd = endOfLine(input, 0);
  let size = 0;
  for (const match of input.matchAll(regex)) {
    if (found.length >= most) break;
    while (lineEnd < match.index) {
      line++;
      lineStart = lineEnd + 1;
      lineEnd = endOfLine(input, lineStart);
    }
    const from = Math.max(lineStart, match.index - shownAround);
    const to = Math.min(lineEnd, match.index + match[0].length + shownAround);
    const shown = input.slice(from, to);
    const { groups } = match;
    size += shown.length + match.reduce((sum, group) => sum + (group?.length ?? 0), 0);
    if (size > maxFound)
      throw new RangeError(
        `too large: ${found.length} matches have more than ${maxFound} characters; take a narrower pattern or { limit: ${Math.max(1, found.length - 1)} }.`,
      );
    found.push({
      line,
      column: match.index - lineStart + 1,
      match: match[0],
      text: shown,
      ...(from > lineStart || to < lineEnd ? { truncated: true } : {}),
      groups:
        groups === undefined
          ? match.slice(1).map((group) => group ?? null)
          : Object.fromEntries(Object.entries(groups).map(([key, group]) => [key, group ?? null])),
    });
  }
  return found;
}

function endOfLine(input: string, from: number): number {
  const found = input.indexOf("\n", from);
  return found < 0 ? input.length : found;
}

/** Lines as `{ line, text }`: those of a range, that match a pattern or (with `invert`) do not. */
function lines(input: string, given: JsonObject): Json {
  const from = count(given["from"], 1, "from");
  const to = count(given["to"], Number.MAX_SAFE_INTEGER, "to");
  const limit = count(given["limit"], Number.MAX_SAFE_INTEGER, "limit");
  const regex = given["pattern"] === undefined ? undefined : pattern(given["pattern"], "");
  const wanted = given["invert"] !== true;
  const found: Json[] = [];
  const all = input.split("\n");
  for (let index = from - 1; index < all.length && index < to && found.length < limit; index++) {
    const line = all[index] ?? "";
    if (regex === undefined || regex.test(line) === wanted) found.push({ line: index + 1, text: line });
  }
  return found;
}

/**
 * All values a path leads to: `a.b`, `a[0]`, `a[-1]`, `a[*]` or `a.*` (each), `..name` (at any depth), `a[?size > 10]`
 * (items of a list by a field: = != < <= > >= ~ for a regular expression). Keys with other characters: `a["x y"]`.
 */
function query(value: Json, path: string): Json {
  let values: Json[] = [value];
  const step =
    /\.\.([\w$-]+|\*)|\.?([\w$-]+)|\.?\*|\[\s*(-?\d+)\s*\]|\[\s*\*\s*\]|\[\s*("(?:[^"\\]|\\.)*")\s*\]|\[\s*\?\s*([\w$.-]+)\s*(=|!=|<=|>=|<|>|~)\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\]'"]+?)\s*\]/y;
  let at = path.startsWith("$") ? 1 : 0;
  while (at < path.length) {
    step.lastIndex = at;
    const match = step.exec(path);
    if (match === null) throw new TypeError(`the path is not understood at character ${at + 1}: ${path.slice(at, at + 20)}`);
    at = step.lastIndex;
    const [, deep, key, index, quoted, field, operator, literal] = match;
    if (deep !== undefined)
      values = values.flatMap((item) => descend(item)).flatMap((item) => (deep === "*" ? [item] : member(item, deep)));
    else if (key !== undefined) values = values.flatMap((item) => member(item, key));
    else if (quoted !== undefined) values = values.flatMap((item) => member(item, String(JSON.parse(quoted))));
    else if (index !== undefined)
      values = values.flatMap((item) =>
        isList(item) ? item.slice(Number(index), Number(index) === -1 ? undefined : Number(index) + 1).slice(0, 1) : [],
      );
    else if (field !== undefined && operator !== undefined && literal !== undefined)
      values = values.flatMap((item) => children(item)).filter((item) => holds(item, field, operator, literal));
    else values = values.flatMap((item) => children(item));
  }
  return values;
}

function holds(item: Json, field: string, operator: string, literal: string): boolean {
  const value = field.split(".").reduce<Json | undefined>((inner, key) => (inner === undefined ? undefined : member(inner, key)[0]), item);
  if (value === undefined) return false;
  let wanted: Json;
  try {
    wanted = JSON.parse(literal) as Json;
  } catch {
    wanted = literal.replace(/^'(.*)'$/s, "$1");
  }
  if (operator === "~") return typeof value === "string" && pattern(wanted, "").test(value);
  if (operator === "=" || operator === "!=") return (value === wanted) === (operator === "=");
  if (!((typeof value === "number" && typeof wanted === "number") || (typeof value === "string" && typeof wanted === "string")))
    return false;
  if (operator === "<") return value < wanted;
  if (operator === "<=") return value <= wanted;
  return operator === ">" ? value > wanted : value >= wanted;
}

function descend(value: Json): Json[] {
  const all: Json[] = [];
  const waiting: Json[] = [value];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    all.push(item);
    waiting.push(...children(item).reverse());
  }
  return all;
}

function children(value: Json): Json[] {
  return isList(value) ? [...value] : isObject(value) ? Object.values(value) : [];
}

function member(value: Json, key: string): Json[] {
  if (isList(value) && /^\d+$/.test(key)) return value.slice(Number(key), Number(key) + 1);
  const found = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return found === undefined ? [] : [found];
}

function diff(before: string, after: string, given: JsonObject): Json {
  const context = given["context"] === 0 ? 0 : count(given["context"], 3, "context");
  return unifiedDiff(before, after, context, given["path"] === undefined ? "text" : text(given["path"], "path"));
}

function text(value: Json | undefined, name: string): string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string.`);
  return value;
}

/** A pattern is a string or what the guest makes of a RegExp: `{ source, flags }`. */
function pattern(value: Json | undefined, flags: string): RegExp {
  const given = typeof value === "string" ? { source: value, flags: "" } : value;
  if (given === undefined || !isObject(given) || typeof given["source"] !== "string" || typeof given["flags"] !== "string")
    throw new TypeError("pattern must be a string or a regular expression.");
  try {
    return new RegExp(given["source"], given["flags"].replace(/[gy]/g, "") + flags);
  } catch (error) {
    throw new TypeError(error instanceof Error ? error.message : String(error));
  }
}

function options(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError("options must be an object.");
  return value;
}

function count(value: Json | undefined, otherwise: number, name: string): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) throw new TypeError(`${name} must be a whole number from 1.`);
  return value;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
