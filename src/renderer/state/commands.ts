import { create } from "zustand";
import { useApp } from "./app.ts";

/** Something a person can do anywhere in the window, by name in the palette or by keys. */
export interface Command {
  /** Name in settings.json; never changes its meaning. */
  readonly id: string;
  /** As the palette shows it: a verb first. */
  readonly title: string;
  readonly group: "Conversation" | "Project" | "Changes" | "View" | "Approvals" | "Tasks" | "Application";
  /** Keys when the person has set none: `Mod+Shift+P`; Mod is Ctrl, on a Mac Cmd. Null: none. */
  readonly keys: string | null;
  /** Further keys for the same, as long as the person has chosen none: other ways to type a sign. */
  readonly alsoKeys?: readonly string[];
  /** False when it cannot be done now; then its keys are free for what has the cursor. */
  readonly possible?: () => boolean;
  readonly run: () => void;
}

/** Every command of the window. The application registers them once. */
export const useCommands = create<{ readonly commands: readonly Command[] }>()(() => ({ commands: [] }));

/** Chosen keys by command id; an empty text means none. */
export type KeyChoices = Readonly<Record<string, string>>;

function isMac(): boolean {
  return useApp.getState().app?.platform === "darwin";
}

/** The keys of a command: chosen ones, else its own. */
export function keysOf(command: Pick<Command, "id" | "keys">, chosen: KeyChoices): string | null {
  const own = chosen[command.id];
  if (own === undefined) return command.keys;
  return own === "" ? null : own;
}

/** The keys that were pressed, in the form of `Command.keys`; null for a modifier alone. Letters by what they type, signs by their place. */
export function chordOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string | null {
  const key = keyName(event);
  if (key === null) return null;
  const mod = isMac() ? event.metaKey : event.ctrlKey;
  const parts = [
    mod ? "Mod" : null,
    isMac() && event.ctrlKey ? "Ctrl" : null,
    event.altKey ? "Alt" : null,
    event.shiftKey ? "Shift" : null,
  ];
  return [...parts.filter((part) => part !== null), key].join("+");
}

const places: Readonly<Record<string, string>> = {
  Backquote: "`",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Semicolon: ";",
  Quote: "'",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Minus: "-",
  Equal: "=",
  Space: "Space",
};

function keyName({ key, code }: Pick<KeyboardEvent, "key" | "code">): string | null {
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "CapsLock"].includes(key) && places[code] === undefined) return null;
  const place = places[code];
  if (place !== undefined) return place;
  // With Alt many layouts type another letter; then the place says which one was meant.
  if (/^Key[A-Z]$/.test(code) && !/^[a-z]$/i.test(key)) return code.slice(3);
  if (/^Digit\d$/.test(code)) return code.slice(5);
  return key.length === 1 ? key.toUpperCase() : key;
}

/** `Ctrl Shift P`, on a Mac `⌘⇧P`. */
export function shownKeys(keys: string): string {
  const names: Readonly<Record<string, string>> = isMac()
    ? { Mod: "⌘", Ctrl: "⌃", Alt: "⌥", Shift: "⇧", ArrowUp: "↑", ArrowDown: "↓" }
    : { Mod: "Ctrl", ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", Escape: "Esc" };
  return keys
    .split("+")
    .map((part) => names[part] ?? part)
    .join(isMac() ? "" : " ");
}

/** The keys of a command as they are shown in a tooltip; undefined when it has none. */
export function useKeys(id: string): string | undefined {
  const command = useCommands((state) => state.commands.find((one) => one.id === id));
  const chosen = useApp((state) => state.app?.settings.keys);
  const keys = command === undefined ? null : keysOf(command, chosen ?? {});
  return keys === null ? undefined : shownKeys(keys);
}

/** The command that has these keys. */
export function commandFor(chord: string, commands: readonly Command[], chosen: KeyChoices): Command | undefined {
  return (
    commands.find((command) => keysOf(command, chosen) === chord) ??
    commands.find((command) => chosen[command.id] === undefined && command.alsoKeys?.includes(chord) === true)
  );
}

/**
 * The same for keys as they were pressed. Plus and minus count by what they type as well, wherever a layout has them and however
 * they are typed there: only where the place of the key means nothing.
 */
export function commandOf(event: Parameters<typeof chordOf>[0], commands: readonly Command[], chosen: KeyChoices): Command | undefined {
  const chord = chordOf(event);
  if (chord === null) return undefined;
  const byPlace = commandFor(chord, commands, chosen);
  if (byPlace !== undefined || !["+", "-"].includes(event.key)) return byPlace;
  const modifiers = chord.split("+").filter((part) => ["Mod", "Ctrl", "Alt"].includes(part));
  return commandFor([...modifiers, event.key].join("+"), commands, chosen);
}

/** Keys that parts of the window, the menus or the system have, whatever else is set. */
const fixed: Readonly<Record<string, string>> = {
  "Alt+Y": "allows what is asked",
  "Alt+A": "allows it for the conversation",
  "Alt+N": "denies what is asked",
  F2: "renames a conversation",
  "Alt+F4": "closes the window",
  "Mod+Q": "quits Spindle",
  "Mod+W": "closes the window",
  "Mod+R": "loads the window anew",
  F11: "fills the screen with the window",
};
/** Further ones on a Mac. */
const fixedOnMac: Readonly<Record<string, string>> = {
  "Mod+M": "puts the window away",
  "Mod+H": "hides Spindle",
  "Mod+Alt+H": "hides the other applications",
  "Mod+Ctrl+F": "fills the screen with the window",
};

/** Why keys cannot be given to a command, as a sentence; null when they can. */
export function keysProblem(chord: string, id: string, commands: readonly Command[], chosen: KeyChoices): string | null {
  const parts = chord.split("+");
  const key = parts.at(-1) ?? "";
  const plain = !parts.includes("Mod") && !parts.includes("Alt") && !parts.includes("Ctrl");
  if (plain && !/^F\d+$/.test(key)) return "Keys need Ctrl or Alt, or are a function key.";
  if (["Mod+C", "Mod+V", "Mod+X", "Mod+A", "Mod+Z"].includes(chord)) return `${shownKeys(chord)} belongs to text.`;
  const use = fixed[chord] ?? (isMac() ? fixedOnMac[chord] : undefined);
  if (use !== undefined) return `${shownKeys(chord)} ${use}.`;
  const other = commandFor(chord, commands, chosen);
  return other === undefined || other.id === id ? null : `${shownKeys(chord)} is taken by “${other.title}”.`;
}
