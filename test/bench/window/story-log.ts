import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EventBody } from "../../../src/protocol/event.ts";
import type { PatchFile } from "../../../src/protocol/patch.ts";

const usage = { inputTokens: 0, outputTokens: 0 };

/** Writes a conversation of `messages` rows (prompts, texts, commands, ends) as main would have; with `files`, its last turn has a patch of so many files. */
export function writeConversation(home: string, project: string, messages: number, files = 0): void {
  const folder = path.join(home, "conversations", "c_bench_000000");
  mkdirSync(folder, { recursive: true });
  const lines: string[] = [];
  let time = Date.now() - messages * 1_000;
  const add = (body: EventBody): void => {
    lines.push(JSON.stringify({ ...body, conversationId: "c_bench_000000", seq: lines.length + 1, time: (time += 200) }));
  };
  add({ type: "conversation_started", projectRoot: project, version: 1 });
  for (let turn = 1; turn <= messages / 4; turn++) addTurn(add, `t${turn}`, turn, turn >= messages / 4 ? files : 0);
  writeFileSync(path.join(folder, "log.jsonl"), `${lines.join("\n")}\n`);
}

function addTurn(add: (body: EventBody) => void, turnId: string, turn: number, files: number): void {
  add({ type: "user_message", turnId, text: `Prompt ${turn}: ${words(turn, 12 + (turn % 60))}`, attachments: [], source: "user" });
  add({ type: "turn_started", turnId, provider: "openai-responses", model: "m", approval: "auto", sandbox: "workspace-write" });
  add({ type: "request_started", turnId, requestNumber: 1, taskIds: [] });
  const callId = `c${turn}`;
  add({ type: "tool_started", turnId, callId, name: "exec", input: { cmd: `npm test -- ${turn}` }, wireCallId: `w${turn}` });
  const facts = { ok: true, durationMs: 120, summary: "exit 0", text: words(turn, 80), result: { exitCode: 0 } };
  add({ type: "tool_finished", turnId, callId, name: "exec", ...facts });
  if (files > 0) add({ type: "patch_applied", turnId, callId, files: Array.from({ length: files }, (_, n) => patchFile(n)) });
  const code =
    turn % 7 === 0
      ? `\n\n\`\`\`ts\n${Array.from({ length: 12 }, (_, n) => `const value${n} = compute(${n}, "${turn}");`).join("\n")}\n\`\`\`\n`
      : "";
  const text = `**Part ${turn}.** ${words(turn + 3, 30 + ((turn * 13) % 160))}${code}\n\n- ${words(turn, 8)}\n- ${words(turn + 1, 9)}`;
  add({ type: "assistant_text", turnId, messageId: `m${turn}`, text });
  add({ type: "turn_finished", turnId, status: "completed", usage, durationMs: 900 });
}

/** A file of 400 lines with five changed places. */
function patchFile(number: number): PatchFile {
  const before = Array.from({ length: 400 }, (_, n) => `export const value${n} = compute(${n * number}, "text ${n}");`);
  const changed = (line: string): string => `${line.slice(0, -2)}, true);`;
  const places = [40, 120, 200, 280, 360];
  const after = before.map((line, n) => (places.includes(n) ? changed(line) : line));
  const hunks = places.map((place) => {
    const around = (from: number, to: number): readonly string[] => before.slice(from, to).map((line) => ` ${line}`);
    const line = before[place] ?? "";
    const lines = [...around(place - 3, place), `-${line}`, `+${changed(line)}`, ...around(place + 1, place + 4)];
    return { oldStart: place - 2, oldLines: 7, newStart: place - 2, newLines: 7, lines };
  });
  return {
    kind: "update",
    path: `src/part-${Math.floor(number / 20)}/file-${number}.ts`,
    added: 5,
    removed: 5,
    before: `${before.join("\n")}\n`,
    after: `${after.join("\n")}\n`,
    hunks,
  };
}

const dictionary = "the window shows what an agent does while it works and keeps every line of it in order for people who read code".split(
  " ",
);

/** So many words, the same for the same seed. */
export function words(seed: number, count: number): string {
  return Array.from({ length: count }, (_, n) => dictionary[(seed * 7 + n * 3) % dictionary.length]).join(" ");
}
