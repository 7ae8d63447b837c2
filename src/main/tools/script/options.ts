import { z } from "zod";
import { SpindleError } from "../../../protocol/error.ts";
import type { Json } from "../../../protocol/json.ts";
import { scriptLimitNames, type ScriptLimits, scriptLimitsSchema, type ScriptSettings } from "../../../protocol/settings.ts";

/** What a script runs with: the usual limits and what its first line says. */
export interface ScriptOptions {
  readonly limits: ScriptLimits;
  /** Name of the runtime it shares with other scripts of its conversation. */
  readonly runtime?: string;
}

const example = '// @script {"limits":{"cpuMs":20000},"runtime":"name"}';
const runtimeName = /^[A-Za-z][\w-]{0,63}$/;
/** Blank lines, one line that opens a markdown fence, `#!`, line comments: what may stand before the options line, or wrongly does. */
const head = /^\uFEFF?\s*(?:(?:`{3,}|~{3,})[^\n`]*\n\s*)?(?:#![^\n]*\n\s*)?((?:\/\/[^\n]*(?:\n\s*|$))+)/;
const optionsLine = /^\/\/[ \t]*@script(?![\w-])(.*)$/;

/**
 * Reads the options of a script: its first line may be `// @script {json}`, below blank lines and the line of a markdown
 * fence. Throws `invalid_input`, which names the field, the value and the ceiling; a script without that line has the usual limits.
 */
export function scriptOptions(code: string, settings: ScriptSettings): ScriptOptions {
  const usual = limitsOf(settings);
  const comments = head.exec(code)?.[1]?.split("\n") ?? [];
  const at = comments.findIndex((line) => optionsLine.test(line.trim()));
  if (at < 0) return { limits: usual };
  if (at > 0) throw refuse("`// @script` must be the first line of the script; here other comments stand before it.");
  const given = parse(optionsLine.exec(comments[0]?.trim() ?? "")?.[1]?.trim() ?? "");
  const parsed = schemaFor(settings.most).safeParse(given);
  if (!parsed.success) throw wrong(given, parsed.error, settings.most);
  const { limits = {}, runtime } = parsed.data;
  return { limits: { ...usual, ...defined(limits) }, ...(runtime === undefined ? {} : { runtime }) };
}

function limitsOf({ cpuMs, wallMs, memoryMb, maxCalls, maxInFlight }: ScriptSettings): ScriptLimits {
  return { cpuMs, wallMs, memoryMb, maxCalls, maxInFlight };
}

function schemaFor(most: ScriptLimits) {
  const { shape } = scriptLimitsSchema;
  return z.strictObject({
    limits: z
      .strictObject({
        cpuMs: shape.cpuMs.max(most.cpuMs).optional(),
        wallMs: shape.wallMs.max(most.wallMs).optional(),
        memoryMb: shape.memoryMb.max(most.memoryMb).optional(),
        maxCalls: shape.maxCalls.max(most.maxCalls).optional(),
        maxInFlight: shape.maxInFlight.max(most.maxInFlight).optional(),
      })
      .optional(),
    runtime: z.string().regex(runtimeName).optional(),
  });
}

function defined(limits: { readonly [name in keyof ScriptLimits]?: number | undefined }): Partial<ScriptLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw refuse(`What follows \`// @script\` is not JSON: ${shown(text)}.`);
  }
}

/** The first thing that is wrong, in words. */
function wrong(given: Json, error: z.ZodError, most: ScriptLimits): SpindleError {
  const [issue] = error.issues;
  if (issue === undefined) return refuse("The options of the script are wrong.");
  const field = issue.path.join(".");
  const value = issue.path.reduce<unknown>((at, key) => (at as { readonly [key: PropertyKey]: unknown } | undefined)?.[key], given);
  const name = scriptLimitNames.find((one) => field === `limits.${one}`);
  const ceiling = name === undefined ? undefined : most[name];
  const details = { field, value: (value ?? null) as Json, ...(ceiling === undefined ? {} : { ceiling }) };
  const range = ceiling === undefined ? "" : ` The ceiling is ${ceiling} (script.most.${name} in the settings).`;
  if (issue.code === "unrecognized_keys") {
    const known = field === "limits" ? scriptLimitNames.join(", ") : "limits, runtime";
    const keys = issue.keys.map((key) => `${field === "" ? "" : `${field}.`}${key}`).join(", ");
    return refuse(`Unknown options of the script: ${keys}. There are ${known}.`, { ...details, field: keys });
  }
  if (issue.code === "too_big") return refuse(`${field}: ${shown(value)} is above the ceiling.${range}`, details);
  if (issue.code === "too_small") return refuse(`${field}: ${shown(value)} is too small; at least ${issue.minimum}.${range}`, details);
  if (field === "runtime") return refuse(`runtime: ${shown(value)} is no name; a letter, then up to 63 letters, digits, _ or -.`, details);
  const wanted = name === undefined ? "an object" : "a whole number";
  return refuse(`${field === "" ? "The options of the script" : field}: ${shown(value)} is not ${wanted}.${range}`, details);
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(JSON.stringify(value));
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function refuse(message: string, details?: { readonly [key: string]: Json }): SpindleError {
  return new SpindleError("invalid_input", message, {
    hint: `The first line of a script may be, for example: ${example}`,
    ...(details === undefined ? {} : { details }),
  });
}
