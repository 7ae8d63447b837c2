import { SpindleError } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import { withoutHidden } from "../../grammar/hidden-text.ts";
import { visibleText } from "../approvals/describe-effect.ts";
import type { Engine } from "../engine.ts";
import { parseWords } from "./arguments.ts";
import { withEngine } from "./open-engine.ts";
import { printLine } from "./print.ts";

const flags = { json: { type: "boolean", default: false }, timeout: { type: "string" } } as const;
const verbs = ["list", "show", "cancel", "wait"];
const hint = "spindle tasks list | show ID | cancel ID | wait ID [--timeout SECONDS] [--json]";

/** `spindle tasks list|show ID|cancel ID|wait ID`: also tasks that another Spindle runs. */
export async function tasksCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, flags);
  const [verb = "", id, ...rest] = positionals;
  if (rest.length > 0 || (verb === "list") === (id !== undefined) || !verbs.includes(verb))
    throw new SpindleError("usage", "tasks takes list, show ID, cancel ID or wait ID.", { hint });
  const timeoutMs = values.timeout === undefined ? null : Number(values.timeout) * 1_000;
  if (timeoutMs !== null && (verb !== "wait" || !Number.isFinite(timeoutMs) || timeoutMs < 0))
    throw new SpindleError("usage", "--timeout goes with wait and takes seconds.", { hint });
  return withEngine(
    (settings) => settings,
    async (engine, signal) => {
      if (id === undefined) return list(engine, values.json);
      if (verb === "cancel") return cancel(engine, id, values.json);
      if (verb === "wait") return wait(engine, id, { timeoutMs, signal, json: values.json });
      return show(engine, id, values.json);
    },
  );
}

function list(engine: Engine, json: boolean): number {
  const rows = engine.tasks.rows();
  if (json) printLine(JSON.stringify(rows, null, 1));
  else for (const row of rows) printLine(`${headOf(row)}  ${visibleText(row.waitsFor ?? row.lastLine)}  ${placeOf(row)}`);
  return 0;
}

function show(engine: Engine, id: string, json: boolean): number {
  const row = engine.tasks.row(id);
  const output = engine.tasks.output(id);
  const { result } = engine.tasks.resultOf(id);
  if (json) printLine(JSON.stringify({ ...row, result, output: output.text, outputTruncated: output.truncated }, null, 1));
  else {
    printLine(headOf(row));
    printLine(placeOf(row));
    const { owner, used } = row;
    if (!isTaskOver(row.status) && owner !== null)
      printLine(`process ${owner.pid}, last sign of life ${new Date(row.lastEventAt).toISOString()}`);
    printLine(`${used.tokens} tokens, ${used.calls} calls, ${used.bytes} bytes of output`);
    if (row.error !== null) printLine(visibleText([`${row.error.code}: ${row.error.message}`, row.error.hint ?? ""].join(" ").trim()));
    if (row.kind === "script" && result !== null) printLine(JSON.stringify(result, null, 1));
    const answer = answerOf(result);
    if (answer !== null) printLine(withoutHidden(answer).text);
    // Of a question the log is the same words.
    if (answer !== null && row.kind === "ask") return 0;
    // Colours and the like are for terminals that a person gave to the command; here they could do anything to this one.
    process.stdout.write(withoutHidden(output.text).text);
  }
  return 0;
}

async function cancel(engine: Engine, id: string, json: boolean): Promise<number> {
  const stopped = await engine.tasks.cancel(id);
  const row = engine.tasks.row(id);
  if (json) printLine(JSON.stringify({ taskId: id, status: row.status, stopped }));
  else printLine(stopped.length === 0 ? `Nothing to stop: the task is ${row.status}.` : `Stopped ${stopped.join(", ")}.`);
  return 0;
}

async function wait(
  engine: Engine,
  id: string,
  { timeoutMs, signal, json }: { readonly timeoutMs: number | null; readonly signal: AbortSignal; readonly json: boolean },
): Promise<number> {
  let row: TaskRow;
  try {
    row = await engine.tasks.wait(id, { timeoutMs, signal });
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
  if (json) printLine(JSON.stringify({ ...row, result: engine.tasks.resultOf(id).result }, null, 1));
  else printLine(`${headOf(row)}  ${visibleText(row.error?.message ?? row.lastLine)}`);
  return row.status === "succeeded" ? 0 : isTaskOver(row.status) ? 1 : 124;
}

/** When it was started, when it ended, and where. */
function placeOf({ createdAt, finishedAt, projectRoot }: TaskRow): string {
  const end = finishedAt === null ? "" : `, ended ${new Date(finishedAt).toISOString()}`;
  return `(started ${new Date(createdAt).toISOString()}${end}, in ${visibleText(projectRoot)})`;
}

/** The words of an ask's or an agent's result. */
function answerOf(result: Json): string | null {
  const answer = typeof result === "object" && result !== null && "answer" in result ? result["answer"] : null;
  return typeof answer === "string" ? answer : null;
}

function headOf(row: TaskRow): string {
  return `${row.taskId}  ${row.status}${row.stalled ? " (stalled)" : ""}  ${row.kind}  ${visibleText(row.title)}`;
}
