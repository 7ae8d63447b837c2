import { SpindleError } from "../../protocol/error.ts";
import { transcriptMarkdown } from "../conversations/transcript.ts";
import { parseWords } from "./arguments.ts";
import { withEngine } from "./open-engine.ts";
import { eventText, printLine } from "./print.ts";

const flags = { json: { type: "boolean", default: false }, markdown: { type: "boolean", default: false } } as const;
const unchanged = <T>(settings: T): T => settings;

/** `spindle conversations list|show ID|export ID`. */
export async function conversationsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, flags);
  const [verb, id, ...rest] = positionals;
  const hint = "spindle conversations list | show ID | export ID [--markdown|--json]";
  if (rest.length > 0 || (verb === "list") === (id !== undefined) || !["list", "show", "export"].includes(verb ?? "")) {
    throw new SpindleError("usage", "conversations takes list, show ID or export ID.", { hint });
  }
  if (values.markdown && (values.json || verb !== "export"))
    throw new SpindleError("usage", "--markdown goes with export, and not with --json.", { hint });
  return withEngine(unchanged, async (engine) => {
    if (id === undefined) {
      const rows = engine.conversations.rows().filter((folded) => folded.parentTaskId === null);
      if (values.json)
        printLine(
          JSON.stringify(
            rows.map(({ row, projectRoot }) => ({ ...row, projectRoot })),
            null,
            1,
          ),
        );
      else
        for (const { row, projectRoot } of rows)
          printLine(`${row.id}  ${new Date(row.updatedAt).toISOString()}  ${row.title}  (${projectRoot})`);
      return 0;
    }
    const events = engine.conversations.read(id);
    if (values.json) printLine(JSON.stringify(events, null, 1));
    else if (verb === "export") process.stdout.write(transcriptMarkdown(id, events));
    else {
      for (const event of events) {
        const text = event.type === "user_message" ? `> ${event.text}` : eventText(event);
        if (text !== null) printLine(text);
      }
    }
    return 0;
  });
}
