import type { ConversationId } from "../../protocol/ids.ts";

/** Most that is remembered; what was not looked at for the longest time goes first. */
const most = 2_000;

/** What a person opened and folded in rows, by conversation, row and name. */
const kept = new Map<string, unknown>();

/** The place of something in a row of a conversation. */
export function rowPlace(id: ConversationId | null, key: string): string {
  return `${id ?? ""} ${key}`;
}

/** What is remembered of a place, as the value that was given; null: nothing. */
export function keptAt(place: string): { readonly value: unknown } | null {
  if (!kept.has(place)) return null;
  const value = kept.get(place);
  keepAt(place, value);
  return { value };
}

export function keepAt(place: string, value: unknown): void {
  kept.delete(place);
  kept.set(place, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}

/** Forgets the rows of a conversation that is there no more. */
export function forgetRows(id: ConversationId): void {
  for (const place of kept.keys()) if (place.startsWith(rowPlace(id, ""))) kept.delete(place);
}
