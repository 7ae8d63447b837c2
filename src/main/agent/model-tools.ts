import type { ModelTool } from "../providers/provider.ts";
import { freeformFieldOf, inputSchema, textFieldOf } from "../tools/declarations.ts";
import type { Tool } from "../tools/tool.ts";

/** The tools as a request offers them: freeform where a tool takes one text, functions otherwise. */
export function modelTools(tools: Iterable<Tool>): ModelTool[] {
  return [...tools].map((tool) => {
    const textField = textFieldOf(tool.name);
    const common = { name: tool.name, description: tool.description, schema: inputSchema(tool) };
    if (textField !== undefined) return { ...common, format: "custom", textField };
    const shownField = freeformFieldOf(tool.name);
    return { ...common, format: "function", ...(shownField === undefined ? {} : { shownField }) };
  });
}
