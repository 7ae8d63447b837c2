import { z } from "zod";
import type { Json } from "../../protocol/json.ts";
import type { Tool } from "./tool.ts";

/** Tools whose input is one text: freeform where the wire has that (the tool `script`). */
const freeform: Readonly<Record<string, string>> = { script: "code" };

/** The TypeScript a model reads about `tools.*` in scripts, generated from the schemas so that it cannot drift from the gate. */
export function toolDeclarations(tools: Iterable<Tool>): string {
  const members: string[] = [];
  for (const tool of tools) {
    const input = typeOf(inputSchema(tool), 2);
    const result = typeOf(schemaOf(tool.result, "output"), 2);
    members.push(`  /** ${tool.description} */\n  ${tool.name}(input: ${input}): Promise<${result}>;`);
  }
  return `declare const tools: {\n${members.join("\n")}\n};`;
}

/** The field that holds the text of a freeform tool; undefined for the others. */
export function textFieldOf(name: string): string | undefined {
  return freeform[name];
}

/** Where a text belongs that a model sent freeform: models are trained to send patches that way too. */
export function freeformFieldOf(name: string): string | undefined {
  return name === "applyPatch" ? "patch" : freeform[name];
}

type Schema = { readonly [key: string]: Json };

/** JSON schema of what a tool takes. */
export function inputSchema(tool: Tool): Schema {
  return schemaOf(tool.input, "input");
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Schema {
  const made = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Schema;
  const { $schema: _dialect, ...rest } = made;
  return rest["type"] === undefined ? { type: "object", ...rest } : rest;
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemas(value: Json | undefined): readonly Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function typeOf(schema: Schema, indent: number): string {
  const alternatives = [...schemas(schema["anyOf"]), ...schemas(schema["oneOf"])];
  if (alternatives.length > 0) return [...new Set(alternatives.map((item) => typeOf(item, indent)))].join(" | ");
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((item) => JSON.stringify(item)).join(" | ");
  // Unions of bare types: zod writes `type: ["string", "null"]` for them.
  if (Array.isArray(schema["type"])) return schema["type"].map((type) => typeOf({ ...schema, type }, indent)).join(" | ");
  switch (schema["type"]) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array": {
      const item = isSchema(schema["items"]) ? typeOf(schema["items"], indent) : "unknown";
      return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return objectType(schema, indent);
    default:
      return "unknown";
  }
}

function objectType(schema: Schema, indent: number): string {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const names = Object.keys(properties);
  if (names.length === 0)
    return isSchema(schema["additionalProperties"]) ? `Record<string, ${typeOf(schema["additionalProperties"], indent)}>` : "{}";
  const pad = " ".repeat(indent + 2);
  const lines = names.map((name) => {
    const property = properties[name];
    const field = isSchema(property) ? property : {};
    const note = typeof field["description"] === "string" ? ` // ${field["description"]}` : "";
    return `${pad}${name}${required.has(name) ? "" : "?"}: ${typeOf(field, indent + 2)};${note}`;
  });
  return `{\n${lines.join("\n")}\n${" ".repeat(indent)}}`;
}
