import type { Json } from "../../protocol/json.ts";

/** What a call is about in a few words, from its input: a path, a pattern, a command. Never longer than one line. */
export function callSubject(tool: string, input: Json): string {
  const fields = asRecord(input);
  const subject = fields === null ? (typeof input === "string" ? input : "") : fromFields(tool, fields);
  const line = subject.split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** The one file that a call names, and the line it begins at; null when it names none or several. For opening it in an editor. */
export function callFile(tool: string, input: Json): { readonly path: string; readonly line: number | null } | null {
  const fields = asRecord(input);
  if (tool === "readFile" && typeof fields?.["path"] === "string") {
    const { offset } = fields;
    return { path: fields["path"], line: typeof offset === "number" ? offset : null };
  }
  if (tool !== "applyPatch") return null;
  const patch = fields === null ? input : fields["patch"];
  const paths = typeof patch === "string" ? [...patch.matchAll(/^\*\*\* (?:Add|Update) File: (.+)$/gm)].map((match) => match[1] ?? "") : [];
  return paths.length === 1 && paths[0] !== undefined ? { path: paths[0].trim(), line: null } : null;
}

/**
 * The title of a script card: the script's first comment when it starts with one, else the tools it names in order of
 * appearance. Works on code that is still arriving.
 */
export function scriptTitle(code: string): string {
  const comment = /^\s*(?:\/\/[ \t]*([^\n]+)|\/\*+\s*([^\n*]+))/.exec(code);
  const text = (comment?.[1] ?? comment?.[2] ?? "").trim().replace(/[.:]$/, "");
  if (text.length > 2) return text.length > 120 ? `${text.slice(0, 119)}…` : text;
  const tools = [...new Set([...code.matchAll(/\btools\.([A-Za-z]\w*)/g)].map((match) => match[1]))];
  return tools.length === 0 ? "Script" : `Script: ${tools.slice(0, 4).join(", ")}${tools.length > 4 ? "…" : ""}`;
}

/** Value of a JSON object's field, or undefined when it is no object. */
export function asRecord(value: Json | undefined): { readonly [key: string]: Json } | null {
  return typeof value === "object" && value !== null && !isList(value) ? value : null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function fromFields(tool: string, fields: { readonly [key: string]: Json }): string {
  const text = (key: string): string => {
    const value = fields[key];
    return typeof value === "string" ? value : "";
  };
  switch (tool) {
    case "readFile":
    case "listDir":
      return text("path") || ".";
    case "grepFiles":
      return text("pattern");
    case "exec":
      return text("cmd");
    case "applyPatch":
      return patchSubject(text("patch"));
    case "spawn":
      return text("title") || text("question") || text("prompt") || text("cmd") || text("kind");
    default: {
      const first = Object.values(fields).find((value) => typeof value === "string");
      return typeof first === "string" ? first : "";
    }
  }
}

function patchSubject(patch: string): string {
  const paths = [...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map((match) => match[1] ?? "");
  if (paths.length === 0) return "";
  return paths.length === 1 ? (paths[0] ?? "") : `${paths[0]} and ${paths.length - 1} more`;
}
