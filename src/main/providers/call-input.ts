import { isFields } from "./json-read.ts";
import type { ModelTool } from "./provider.ts";
import { createTextFieldReader, type TextFieldReader } from "./text-field.ts";

/** Reads what is shown of a call's JSON arguments while they arrive; null when that is the JSON itself. */
export function shownTextReader(tool: ModelTool | undefined): TextFieldReader | null {
  const field = tool === undefined ? undefined : shownField(tool);
  return field === undefined ? null : createTextFieldReader(field);
}

function shownField(tool: ModelTool): string | undefined {
  return tool.textField ?? tool.shownField;
}

/**
 * The JSON text of a function call as the gate can read it: an empty one becomes `{}`, and bare text for a tool that
 * takes one (a script, a patch) is put into its field. Anything else stays as it is, so that the model is told what is wrong with it.
 */
export function repairInput(input: string, tool: ModelTool | undefined): string {
  const trimmed = input.trim();
  if (trimmed === "") return "{}";
  const field = tool === undefined ? undefined : shownField(tool);
  if (field === undefined) return input;
  const parsed = parse(trimmed);
  if (isFields(parsed) || (tool?.format === "function" && trimmed.startsWith("{"))) return input;
  return JSON.stringify({ [field]: typeof parsed === "string" ? parsed : input });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON: bare text.
    return undefined;
  }
}
