import { SpindleError, toErrorData } from "../../protocol/error.ts";
import { scopeName, undoScopeSchema, type UndoScope } from "../../protocol/undo.ts";
import { parseWords } from "./arguments.ts";
import { withEngine } from "./open-engine.ts";
import { printLine } from "./print.ts";

const flags = {
  call: { type: "string" },
  script: { type: "string" },
  turn: { type: "string" },
  redo: { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;
const hint = "spindle undo CONVERSATION [--call ID | --script ID | --turn ID] [--redo] [--force] [--json]";

/**
 * `spindle undo CONVERSATION`: puts files back as they were before a call, script, turn or the whole conversation, or with
 * `--redo` forth again. Exit 0 done, 1 refused (files changed since, nothing to undo, conversation in use), 2 wrong use.
 */
export async function undoCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, flags);
  const [id, ...rest] = positionals;
  if (id === undefined || rest.length > 0) throw new SpindleError("usage", "undo takes exactly one conversation.", { hint });
  const scope = scopeOf(values);
  return withEngine(
    (settings) => settings,
    async (engine) => {
      try {
        const result = await engine.undo(id, { scope, redo: values.redo, force: values.force });
        if (values.json) printLine(JSON.stringify({ ok: true, scope, redo: values.redo, ...result }));
        else {
          const what = values.redo ? "Redone" : "Undone";
          printLine(
            `${what}: ${scopeName(scope)} (${result.callIds.join(", ")}), ${result.files} ${result.files === 1 ? "file" : "files"}.`,
          );
        }
        return 0;
      } catch (error) {
        const data = toErrorData(error);
        if (values.json) printLine(JSON.stringify({ ok: false, scope, redo: values.redo, error: data }));
        const forced =
          data.code === "undo_conflict" ? "With --force the files are put back all the same; --redo brings back what they held.\n" : "";
        process.stderr.write(
          `spindle: ${data.code}: ${data.message}\n${forced !== "" ? forced : data.hint === undefined ? "" : `${data.hint}\n`}`,
        );
        return 1;
      }
    },
  );
}

function scopeOf(values: {
  readonly call?: string | undefined;
  readonly script?: string | undefined;
  readonly turn?: string | undefined;
}): UndoScope {
  const given = (["call", "script", "turn"] as const).flatMap((kind) => {
    const id = values[kind];
    return id === undefined ? [] : [{ kind, id }];
  });
  const [first, second] = given;
  if (second !== undefined) throw new SpindleError("usage", "--call, --script and --turn exclude each other.", { hint });
  if (first === undefined) return { kind: "conversation" };
  const parsed = undoScopeSchema.safeParse(first);
  if (!parsed.success) throw new SpindleError("usage", `--${first.kind}: ${JSON.stringify(first.id)} is no id.`, { hint });
  return parsed.data;
}
