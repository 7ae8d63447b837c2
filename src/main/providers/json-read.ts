/**
 * Reading what servers send. Nothing is believed: a field that is not what it should be reads as absent, because servers
 * that call themselves compatible differ in everything that is not tested by one client.
 */
export type Fields = { readonly [key: string]: unknown };

/** The value as an object with fields; an empty one for anything else. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a list; an empty one for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A finite number, or undefined. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** JSON text of a call's arguments, whether a server sent text or the object itself. */
export function argumentText(value: unknown): string {
  if (typeof value === "string") return value;
  return isFields(value) ? JSON.stringify(value) : "";
}
