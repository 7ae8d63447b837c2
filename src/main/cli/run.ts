import { readFile } from "node:fs/promises";
import path from "node:path";
import { type ErrorData, SpindleError } from "../../protocol/error.ts";
import type { EventBody, SpindleEvent } from "../../protocol/event.ts";
import { ephemeralTypes } from "../../protocol/event.ts";
import { makeId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { fileError } from "../lib/paths.ts";
import { createEventRedactor } from "../conversations/redact-event.ts";
import { redactJson } from "../lib/redact.ts";
import type { ScriptReport } from "../../protocol/script-report.ts";
import type { ScriptWarning } from "../harness/harness.ts";
import type { Engine } from "../engine.ts";
import { reportLines } from "../tools/script/report.ts";
import { parseWords, reachFlag, runOptions, settingsOverride } from "./arguments.ts";
import { openFolder, sayUntrusted } from "./folder.ts";
import { stopTasksOf } from "./stop-tasks.ts";
import { withEngine } from "./open-engine.ts";
import { waitForTasks } from "./wait-for-tasks.ts";
import { eventText, printJson, printLine } from "./print.ts";

const options = { ...runOptions, input: { type: "string" } } as const;

/**
 * `spindle run FILE.ts`: one script through the harness, without a model. The person who names the file has approved it,
 * so the approval mode is `auto` unless a flag says otherwise; the sandbox level holds as ever. Exit 0 ok, 1 failed, 130 interrupted.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, options);
  const file = positionals[0];
  if (file === undefined || positionals.length > 1)
    throw new SpindleError("usage", "run takes exactly one script file.", { hint: "spindle run FILE.ts [-C DIR] [--json] [--input JSON]" });
  const override = settingsOverride(values, { approval: "auto" });
  const input = parseInput(values.input);
  const code = await readScript(file);
  const { project, trust } = await openFolder(values.directory);
  const reach = reachFlag(values);
  const runScript = async (engine: Engine, signal: AbortSignal): Promise<number> => {
    sayUntrusted(engine, project.root);
    const conversationId = makeId("run", Date.now());
    const events: SpindleEvent[] = [];
    let seq = 0;
    const redacted = createEventRedactor(engine.redact);
    const emit = (body: EventBody): void => {
      if (!ephemeralTypes.has(body.type)) seq++;
      const event = redacted({ ...body, conversationId, seq, time: Date.now() });
      if (!ephemeralTypes.has(body.type)) events.push(event);
      if (values.json) printJson(event);
      else if (event.type === "script_log") printLine(event.text);
      else if ((event.type === "tool_started" || event.type === "tool_finished") && event.parentCallId === undefined) return;
      else {
        const text = eventText(event);
        if (text !== null) process.stderr.write(`${text}\n`);
      }
    };
    const outcome = await engine.call(
      { callId: "c1", name: "script", input: { code } },
      {
        conversationId,
        turnId: "t1",
        projectRoot: project.root,
        events,
        emit,
        scriptStore: memoryStore(),
        readGrants: () => [],
        ...(input === undefined ? {} : { input }),
      },
      signal,
    );
    const end = scriptEnd(outcome);
    const onAbort = (): void => {
      stopTasksOf(engine, conversationId);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    await waitForTasks(engine);
    await engine.settled();
    emit({ type: "script_finished", ...end });
    if (!values.json) printEnd(redactJson(JSON.parse(JSON.stringify(end)) as Json, engine.redact) as unknown as End);
    if (!values.json && events.some((event) => event.type === "patch_applied"))
      process.stderr.write(`spindle: \`spindle undo ${conversationId}\` puts the patched files back.\n`);
    if (signal.aborted) return 130;
    return end.ok ? 0 : 1;
  };
  return withEngine(override, runScript, { reach, trust });
}

/** A script without a conversation keeps values for its own run only. */
function memoryStore() {
  const values = new Map<string, string>();
  return {
    entries: () => Object.fromEntries(values),
    set: (key: string, json: string | null) => void (json === null ? values.delete(key) : values.set(key, json)),
  };
}

type End = (
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: ErrorData; readonly report?: ScriptReport }
) & {
  readonly warnings?: readonly ScriptWarning[];
};

/** The script tool's result, or the gate's error, as the last line says it. */
function scriptEnd(outcome: { readonly ok: true; readonly result: Json } | { readonly ok: false; readonly error: ErrorData }): End {
  if (!outcome.ok) return { ok: false, error: outcome.error };
  const { result } = outcome;
  const warned = typeof result === "object" && result !== null && "warnings" in result ? result["warnings"] : [];
  const warnings = Array.isArray(warned) && warned.length > 0 ? { warnings: warned as unknown as readonly ScriptWarning[] } : {};
  if (typeof result === "object" && result !== null && "error" in result) {
    const report = "report" in result ? { report: result["report"] as unknown as ScriptReport } : {};
    return { ok: false, error: result["error"] as unknown as ErrorData, ...report, ...warnings };
  }
  return {
    ok: true,
    value: typeof result === "object" && result !== null && "value" in result ? (result["value"] ?? null) : null,
    ...warnings,
  };
}

function printEnd(end: End): void {
  for (const { message } of end.warnings ?? []) process.stderr.write(`spindle: warning: ${message}\n`);
  if (end.ok) {
    printLine(typeof end.value === "string" ? end.value : JSON.stringify(end.value, null, 2));
    return;
  }
  const frame = "frame" in end.error && typeof end.error.frame === "string" ? `\n${end.error.frame}` : "";
  const more = [...(end.error.hint === undefined ? [] : [end.error.hint]), ...(end.report === undefined ? [] : reportLines(end.report))];
  process.stderr.write(`${[`spindle: ${end.error.code}: ${end.error.message}${frame}`, ...more].join("\n")}\n`);
}

function parseInput(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new SpindleError("usage", "--input is not valid JSON.");
  }
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(path.resolve(file), "utf8");
  } catch (error) {
    throw fileError(error, file);
  }
}
