/** Where the layout was kept for all projects together; a project that has none of its own begins with it. */
const oldKey = "spindle.layout";
const keyOf = (root: string): string => `${oldKey}:${root}`;

type Memory = Readonly<Record<string, string | number | boolean>>;

/** The remembered values of a project, `usual` where there is none of that name and kind. */
export function readLayout<T extends Memory>(root: string, usual: T): T {
  const found = parsed(localStorage.getItem(keyOf(root))) ?? stateOf(parsed(localStorage.getItem(oldKey))) ?? {};
  const known = Object.entries(usual).map(([name, value]) => [name, typeof found[name] === typeof value ? found[name] : value]);
  return Object.fromEntries(known) as T;
}

/** Remembers them. */
export function writeLayout(root: string, values: Memory): void {
  const text = JSON.stringify(values);
  // Writing blocks; most changes of the layout are of what is not remembered.
  if (localStorage.getItem(keyOf(root)) !== text) localStorage.setItem(keyOf(root), text);
}

/** The old key held its values one level down. */
function stateOf(value: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> | null {
  const state = value?.["state"];
  return typeof state === "object" && state !== null ? { ...state } : null;
}

function parsed(text: string | null): Readonly<Record<string, unknown>> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
