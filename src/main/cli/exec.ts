import { SpindleError } from "../../protocol/error.ts";
import type { Engine } from "../engine.ts";
import { parseWords, reachFlag, runOptions, settingsOverride } from "./arguments.ts";
import { openFolder, sayUntrusted } from "./folder.ts";
import { stopTasksOf } from "./stop-tasks.ts";
import { withEngine } from "./open-engine.ts";
import { waitForTasks } from "./wait-for-tasks.ts";
import { eventText, printJson, printLine } from "./print.ts";

/** `spindle exec "PROMPT"`: one turn without a window, then its detached tasks. Exit 0 finished, 1 failed, 130 interrupted. */
export async function execCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, runOptions);
  if (positionals.length !== 1)
    throw new SpindleError("usage", "exec takes exactly one prompt.", { hint: 'spindle exec "PROMPT" [-C DIR] [--json]' });
  const prompt = positionals[0] ?? "";
  if (prompt.trim() === "") throw new SpindleError("empty_prompt", "The prompt is empty.", { hint: "Say what you want done." });
  const override = settingsOverride(values);
  const { project, trust } = await openFolder(values.directory);
  const reach = reachFlag(values);
  const turn = async (engine: Engine, signal: AbortSignal): Promise<number> => {
    sayUntrusted(engine, project.root);
    const conversation = engine.conversations.create(project.root);
    conversation.subscribe((event) => {
      if (values.json) printJson(event);
      else {
        const text = eventText(event);
        if (text !== null) printLine(text);
      }
    });
    if (values.json) for (const event of conversation.events) printJson(event);
    const onAbort = (): void => {
      void conversation.stop();
      stopTasksOf(engine, conversation.id);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const result = await conversation.send(prompt, []).done;
    await waitForTasks(engine);
    await engine.settled();
    if (signal.aborted || result.status === "interrupted") return 130;
    return result.status === "completed" ? 0 : 1;
  };
  return withEngine(override, turn, { reach, trust });
}
