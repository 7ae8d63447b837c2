import type { Json } from "../../../protocol/json.ts";

export type JsonObject = { readonly [key: string]: Json };

/** The first JSON object in a text, or null. Used to read a script's value out of its result text: there what stands before `Result:` (the console) does not count. */
export function extractJson(text: string): JsonObject | null {
  const result = text.lastIndexOf("\n\nResult:\n");
  for (let start = text.indexOf("{", Math.max(0, result)); start !== -1; start = text.indexOf("{", start + 1)) {
    const end = endOfObject(text, start);
    if (end === -1) return null;
    const value = parse(text.slice(start, end));
    if (value !== null) return value;
  }
  return null;
}

/** Index behind the brace that closes the object at `start`, or -1. Braces inside strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i + 1;
  }
  return -1;
}

function parse(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // Words in braces that are no JSON: the search goes on behind them.
    return null;
  }
}

/** True for a JSON object (not a list, not null). What `JSON.parse` gives is JSON all the way down. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; an empty list for anything else. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : [];
}

/** The strings of a list; an empty list for anything else. */
export function stringsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
