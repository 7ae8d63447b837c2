import type { Random } from "./random.ts";

/** A folder and a patch for it. */
export interface PatchScene {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly links: Readonly<Record<string, string>>;
  /** Octal. */
  readonly modes: Readonly<Record<string, string>>;
  readonly patch: string;
  /** The operations as they were meant, before faults were put in. */
  readonly operations: readonly { readonly path: string; readonly movePath: string | undefined }[];
}

const words = [
  "alpha",
  "beta(1)",
  "  indented",
  "\ttabbed",
  "trailing  ",
  "",
  "x = 1;",
  "it’s – “quoted”",
  'it\'s - "quoted"',
  "a b",
  "a\u00a0b",
] as const;
const strange = [
  "\uFEFFmark",
  "nel\u0085",
  "\u2003em",
  "e\u0301",
  "é",
  "…",
  "⸺",
  "😀",
  "@@ at",
  "*** End Patch",
  "*** End of File",
  "-minus",
  "+plus",
  " ",
  "\u2028",
] as const;
const names = ["a.txt", "b.txt", "dir/c.txt", "dir/sub/d.txt", "e"] as const;

/**
 * A scene; about half apply. The patch is made from what the files hold, then bent in the ways models bend patches (and
 * a few more). The same random source gives the same scene.
 */
export function randomScene(random: Random): PatchScene {
  const files: Record<string, string | Uint8Array> = {};
  for (const name of names)
    if (random.chance(0.85)) files[name] = random.chance(0.03) ? Uint8Array.of(0x61, 0x0a, 0xff, 0xc3) : randomText(random);
  const links = randomLinks(random, Object.keys(files));
  const modes = Object.fromEntries(
    Object.keys(files)
      .filter(() => random.chance(0.15))
      .map((name) => [name, random.pick(["755", "600", "640", "777"])]),
  );
  const operations: { path: string; movePath: string | undefined }[] = [];
  const lines: string[] = [];
  const places = [...names, ...Object.keys(links)] as [string, ...string[]];
  const here = [...Object.keys(files), ...Object.keys(links)] as [string, ...string[]];
  if (here.length === 0) here.push("a.txt");
  for (let count = 1 + random.int(3); count > 0; count--) {
    const path = random.pick(random.chance(0.05) ? places : here);
    const content = files[links[path] ?? path];
    const made = operation(random, path, typeof content === "string" ? content : undefined, places);
    operations.push({ path, movePath: made.movePath });
    lines.push(...made.lines);
  }
  return { files, links, modes, patch: wrapped(random, bent(random, lines)), operations };
}

function randomText(random: Random): string {
  const terminators = random.pick([["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r\n", "\r"]] as const);
  let text = random.chance(0.05) ? "\uFEFF" : "";
  const count = random.pick([0, 1, 2, 3, 5, 8, 15] as const);
  for (let i = 1; i <= count; i++) {
    text += random.chance(0.15) ? random.pick(strange) : random.pick(words);
    if (i < count || random.chance(0.75)) text += random.pick(terminators as readonly [string, ...string[]]);
  }
  return text;
}

function randomLinks(random: Random, files: readonly string[]): Record<string, string> {
  const links: Record<string, string> = {};
  const [first] = files;
  if (first !== undefined && random.chance(0.2)) links["link"] = first;
  if (random.chance(0.06)) links["dangling"] = "nowhere.txt";
  if (files.some((name) => name.startsWith("dir/")) && random.chance(0.08)) links["linked-dir"] = "dir";
  return links;
}

function operation(
  random: Random,
  path: string,
  text: string | undefined,
  places: readonly [string, ...string[]],
): { lines: string[]; movePath: string | undefined } {
  const shown = spelled(random, path);
  const kind = random.int(10);
  if (kind === 0) return { lines: [`*** Delete File: ${shown}`], movePath: undefined };
  if (kind <= 2) {
    const added = Array.from({ length: random.int(4) }, () => `+${random.pick(words)}${random.chance(0.1) ? "\r" : ""}`);
    const target = random.chance(0.5) ? shown : spelled(random, random.pick(["new.txt", "deep/er/new.txt", "dir/new.txt"]));
    return { lines: [`*** Add File: ${target}`, ...added], movePath: undefined };
  }
  const movePath = random.chance(0.2) ? random.pick([...places, "moved.txt", "else/where/moved.txt", path]) : undefined;
  const move = movePath === undefined ? [] : [`*** Move to: ${spelled(random, movePath)}`];
  return { lines: [`*** Update File: ${shown}`, ...move, ...chunks(random, text ?? "missing\n")], movePath };
}

/** The same path, written in another way. */
function spelled(random: Random, path: string): string {
  if (random.chance(0.9)) return path;
  return random.pick([
    `./${path}`,
    `nosuch/../${path}`,
    path.replace("/", "//"),
    `${path} `,
    `${path}\t`,
    ` ${path}`,
    `dir/../${path}`,
    path.toUpperCase(),
  ]);
}

function chunks(random: Random, text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  const out: string[] = [];
  let at = 0;
  for (let count = 1 + random.int(3); count > 0 && (out.length === 0 || at < lines.length || random.chance(0.1)); count--) {
    at = Math.min(at + random.int(3), Math.max(0, lines.length - 1));
    const length = Math.min(1 + random.int(4), Math.max(1, lines.length - at));
    if (out.length > 0 || random.chance(0.6)) {
      const header = at > 0 && random.chance(0.3) ? ` ${lines[random.int(at)] ?? ""}` : random.chance(0.03) ? " nowhere" : "";
      out.push(`@@${header}`);
    }
    for (let i = 0; i < length; i++) {
      const line = loosened(random, lines[at + i] ?? random.pick(words));
      if (random.chance(0.25)) out.push(`+${random.pick(words)}`);
      if (line === "" && random.chance(0.3)) out.push("");
      else out.push(`${random.chance(0.45) ? "-" : " "}${line}`);
      if (random.chance(0.2)) out.push(`+${random.chance(0.2) ? random.pick(strange) : random.pick(words)}`);
    }
    at += length;
    if (random.chance(at >= lines.length ? 0.25 : 0.04)) out.push("*** End of File");
    if (random.chance(0.08)) out.push("");
  }
  return out;
}

/** A line as a model remembers it: blanks, dashes and quotes a little off. */
function loosened(random: Random, line: string): string {
  if (random.chance(0.93)) return line;
  return random.pick([
    line.trimEnd(),
    `${line} `,
    line.trim(),
    `  ${line}`,
    line.replace(/[–—]/g, "-").replace(/[“”]/g, '"').replace(/’/g, "'"),
    line.replace(/ /g, "\u00a0"),
    `${line}\u0085`,
    `\uFEFF${line}`,
    line.toUpperCase(),
  ]);
}

/** Faults of grammar, in one patch of seven. */
function bent(random: Random, lines: readonly string[]): string[] {
  const out = [...lines];
  if (!random.chance(0.15)) return out;
  const at = random.int(out.length + 1);
  switch (random.int(7)) {
    case 0:
      out.splice(at, 1);
      break;
    case 1:
      out.splice(
        at,
        0,
        random.pick([
          "",
          "  ",
          "garbage",
          "@@",
          "@@ x",
          "*** End of File",
          "*** End Patch",
          "*** Begin Patch",
          "\\ No newline at end of file",
          "--- a/x",
          "*** Move to: q",
        ]),
      );
      break;
    case 2:
      out.splice(at, 0, out[random.int(out.length)] ?? "");
      break;
    case 3:
      out.push(...out.splice(random.int(out.length), 1));
      break;
    case 4:
      if (out[at] !== undefined) out[at] = ` ${out[at]}`;
      break;
    case 5:
      if (out[at] !== undefined) out[at] = out[at].slice(1);
      break;
    default:
      out.splice(0, 0, random.pick(["*** Environment ID: e", "*** Environment ID:", "", "*** Rename File: a"]));
  }
  return out;
}

function wrapped(random: Random, lines: readonly string[]): string {
  const begin = random.chance(0.97) ? "*** Begin Patch" : random.pick([" *** Begin Patch ", "*** Begin", "\uFEFF*** Begin Patch"]);
  const end = random.chance(0.97) ? "*** End Patch" : random.pick(["*** End Patch  ", "   *** End Patch", "*** End", ""]);
  let all = [begin, ...lines, end];
  if (random.chance(0.04)) all = [random.pick(["<<EOF", "<<'EOF'", '<<"EOF"', "<<'PATCH'"]), ...all, random.pick(["EOF", "EOF", "PATCH"])];
  const terminator = random.chance(0.9) ? "\n" : random.pick(["\r\n", "\r\n", "\r\r\n"]);
  return `${random.chance(0.03) ? "\n\n" : ""}${all.join(terminator)}${random.chance(0.8) ? terminator : ""}`;
}
