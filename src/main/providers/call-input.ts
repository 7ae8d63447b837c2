import { isFields } from "./json-read.ts";
import type { ModelTool } from "./provider.ts";

/**
 * Turns the JSON arguments of a freeform tool that travels as a function into its text while they arrive: each `push`
 * gives the text that became readable. Text that is no JSON object is passed through: weak models send the code itself.
 */
export function createTextFieldReader(field: string): { push(delta: string): string } {
  let raw = "";
  /** Index behind what was handed on; -1 until the field's opening quote was seen. */
  let at = -1;
  let closed = false;
  let passThrough = false;
  const opening = new RegExp(`^\\s*\\{\\s*"${field}"\\s*:\\s*"`);
  return {
    push(delta) {
      raw += delta;
      if (closed) return "";
      if (passThrough) return delta;
      if (at === -1) {
        const found = opening.exec(raw);
        if (found === null) {
          if (!/^\s*[^\s{]/.test(raw)) return "";
          passThrough = true;
          return raw;
        }
        at = found[0].length;
      }
      let out = "";
      while (at < raw.length) {
        const char = raw[at] ?? "";
        if (char === '"') {
          closed = true;
          break;
        }
        if (char !== "\\") {
          out += char;
          at++;
          continue;
        }
        const escape = /^\\(?:u[0-9a-fA-F]{4}|[^u])/.exec(raw.slice(at, at + 6))?.[0];
        if (escape === undefined) break;
        out += unescape(escape);
        at += escape.length;
      }
      return out;
    },
  };
}

/**
 * The JSON text of a function call as the gate can read it: an empty one becomes `{}`, and bare text for a freeform tool
 * is put into its field. Anything else stays as it is, so that the model is told what is wrong with it.
 */
export function repairInput(input: string, tool: ModelTool | undefined): string {
  const trimmed = input.trim();
  if (trimmed === "") return "{}";
  if (tool?.textField === undefined) return input;
  const parsed = parse(trimmed);
  if (isFields(parsed)) return input;
  return JSON.stringify({ [tool.textField]: typeof parsed === "string" ? parsed : input });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON: bare text.
    return undefined;
  }
}

function unescape(escape: string): string {
  try {
    return String(JSON.parse(`"${escape}"`));
  } catch {
    // An escape JSON does not know: shown as it was written.
    return escape.slice(1);
  }
}
