import { SpindleError } from "../../protocol/error.ts";
import type { CommandAction } from "../../protocol/command-action.ts";
import { createShellInspector, type Inspection } from "../shell/inspect.ts";
import { shellFiles } from "../wasm-file.ts";
import { parseWords } from "./arguments.ts";
import { printLine } from "./print.ts";

const options = { json: { type: "boolean", default: false } } as const;

/**
 * `spindle inspect-command CMD`: what Spindle understands of a command line; runs nothing. Without CMD, or with `-`, the
 * command line comes from standard input, as it is. Exit 0, 2 for wrong use.
 */
export async function inspectCommand(args: readonly string[], stdin: AsyncIterable<Uint8Array | string>): Promise<number> {
  const { values, positionals } = parseWords(args, options);
  const [given = "-"] = positionals;
  if (positionals.length > 1)
    throw new SpindleError("usage", "inspect-command takes one command line.", {
      hint: "Quote it as one word: spindle inspect-command --json 'CMD'. A command that starts with a dash goes behind `--`.",
    });
  const cmd = given === "-" ? await readAll(stdin) : given;
  const inspector = createShellInspector(shellFiles(__dirname));
  try {
    const found = await inspector.inspect(cmd, process.cwd());
    const { patch, words, actions, forcedRm } = found;
    printLine(values.json ? JSON.stringify({ patch, words, actions, forcedRm }) : describe(found));
    return 0;
  } finally {
    await inspector.close();
  }
}

function describe({ patch, words, actions, forcedRm, mayForceRm }: Inspection): string {
  const lines = [
    patch === null
      ? "patch     no"
      : `patch     yes, ${patch.workdir === null ? "in the folder of the call" : `in ${patch.workdir}`}, ${patch.text.length} characters`,
    ...(words === null
      ? ["words     not plain: only a shell can say what runs"]
      : words.map((command) => `words     ${JSON.stringify(command)}`)),
    ...actions.map((action) => `action    ${describeAction(action)}`),
    `forced rm ${forcedRm ? "yes" : mayForceRm ? "perhaps (approvals ask)" : "no"}`,
  ];
  return lines.join("\n");
}

function describeAction(action: CommandAction): string {
  switch (action.type) {
    case "read":
      return `reads ${action.path}`;
    case "listFiles":
      return `lists ${action.path ?? "files"}`;
    case "search":
      return `searches ${JSON.stringify(action.query ?? "")}${action.path === null ? "" : ` in ${action.path}`}`;
    case "unknown":
      return "unknown";
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}
