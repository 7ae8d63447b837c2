import type { Json } from "../../protocol/json.ts";

/**
 * Makes a JSON value fit for a log line or a row: long strings keep their head, long lists their first items, deep
 * nests become `…`. `truncated` tells whether anything is missing.
 */
export function shortenJson(
  value: Json,
  limits: { readonly string: number; readonly items: number; readonly depth: number },
): { readonly value: Json; readonly truncated: boolean } {
  let truncated = false;
  const walk = (item: Json, depth: number): Json => {
    if (typeof item === "string") {
      if (item.length <= limits.string) return item;
      truncated = true;
      return `${item.slice(0, limits.string)}… (${item.length} characters)`;
    }
    if (item === null || typeof item !== "object") return item;
    if (depth >= limits.depth) {
      truncated = true;
      return "…";
    }
    if (isList(item)) {
      const kept = item.slice(0, limits.items).map((child) => walk(child, depth + 1));
      if (item.length > limits.items) {
        truncated = true;
        kept.push(`… ${item.length - limits.items} more`);
      }
      return kept;
    }
    const entries = Object.entries(item);
    if (entries.length > limits.items) truncated = true;
    return Object.fromEntries(entries.slice(0, limits.items).map(([key, child]) => [key, walk(child, depth + 1)]));
  };
  return { value: walk(value, 0), truncated };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
