import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createQueue, type Queue } from "../../src/main/lib/queue.ts";
import { createJournal } from "../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../src/main/tools/apply-patch/tool.ts";
import { toolContext } from "./tool-context.ts";

/**
 * A process of its own that shares a journal with others; says `ready`, then works until it is killed or its time is over.
 * Arguments: what, project, journal's folder, and what else it needs:
 *
 * - `append WORD MS HOW`: appends lines to the file `shared` by patches; says each line that was reported as done. HOW is
 *   `locked` (reading and writing in one turn, as the house does) or `bare`.
 * - `patch`: patches all files `f0`, … again and again.
 * - `many COUNT`: adds as many files in as many folders by one patch, undoes and redoes it, and says `done`.
 * - `recover`: recovers again and again, and says what went wrong.
 * - `save FILE HOW`: as soon as a plan is on disk, writes `mine <n>` to the file (HOW: `write`, `rename` or `append`), and says
 *   what, and from when to when (Unix ms), as JSON.
 */
const [what = "", projectRoot = "", folder = "", first = "", second = "", third = ""] = process.argv.slice(2);
const journal = createJournal({ folder });
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const inTurn: Queue = third === "locked" ? (root, action) => journal.exclusively(root, action) : createQueue();
const tool = createApplyPatchTool({ journal, inTurn });
const patch = (lines: readonly string[]) =>
  tool.run({ patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") }, toolContext(projectRoot));
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function append(word: string, ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (let i = 0; Date.now() < end; i++) {
    const line = `${word}${i}`;
    try {
      await patch(["*** Update File: shared", "@@", `+${line}`]);
      say(line);
    } catch (error) {
      if (!/changed by something else/.test(String(error))) say(`failed: ${String(error)}`);
    }
    // Others get their turn.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  }
}

async function patchAll(): Promise<void> {
  for (let round = 0; ; round++) {
    const names = readdirSync(projectRoot).filter((name) => name.startsWith("f"));
    const lines = names.flatMap((name) => {
      const now = readFileSync(path.join(projectRoot, name), "utf8").split("\n", 1)[0] ?? "";
      return [`*** Update File: ${name}`, "@@", `-${now}`, `+round ${round}`];
    });
    await patch(lines);
  }
}

async function many(count: number): Promise<void> {
  await patch(Array.from({ length: count }, (_, i) => [`*** Add File: d${i}/f`, `+${i}`]).flat());
  const { conversationId, callId } = toolContext(projectRoot);
  await journal.undo({ conversationId, callIds: [callId] });
  await journal.redo({ conversationId, callIds: [callId] });
  say("done");
}

async function recover(): Promise<void> {
  for (;;) {
    try {
      await createJournal({ folder }).recover();
    } catch (error) {
      say(`failed: ${String(error)}`);
    }
    await breathe();
  }
}

async function save(name: string, how: string): Promise<void> {
  const file = path.join(projectRoot, name);
  const done = new Set<string>();
  for (let i = 0; ; i++) {
    // A rename comes early: in the very moment of ours nobody can tell which came last.
    for (const plan of names(path.join(folder, how === "rename" ? "staging" : "pending"))) {
      if (!plan.endsWith(".json") || done.has(plan)) continue;
      done.add(plan);
      const text = `mine ${i}\n`;
      const from = Date.now();
      if (how === "append") appendFileSync(file, text);
      else if (how === "write") writeFileSync(file, text);
      else {
        writeFileSync(`${file}~`, text);
        renameSync(`${file}~`, file);
      }
      say(JSON.stringify({ text: text.trimEnd(), from, to: Date.now() }));
    }
    if (i % 50 === 0) await breathe();
  }
}

function names(of: string): string[] {
  try {
    return readdirSync(of);
  } catch {
    // It is made with the first plan.
    return [];
  }
}

say("ready");
switch (what) {
  case "append":
    await append(first, Number(second));
    break;
  case "patch":
    await patchAll();
    break;
  case "many":
    await many(Number(first));
    break;
  case "recover":
    await recover();
    break;
  default:
    await save(first, second);
}
