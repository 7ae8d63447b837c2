import { expect, test } from "vitest";
import { planNext } from "../../../src/main/providers/demo/plan.ts";
import { taskNews } from "../../../src/main/providers/demo/task-news.ts";
import type { ModelMessage } from "../../../src/main/providers/provider.ts";

const user = (text: string): ModelMessage => ({ role: "user", text });
const first = user("<original-user-prompt>\nFix the failing test\n</original-user-prompt>");
const ranStep = (value: { readonly step: string }): ModelMessage[] => [
  { role: "assistant", text: "I do it." },
  { role: "call", wireCallId: value.step, name: "script", format: "custom", input: `return { step: "${value.step}" };` },
  { role: "result", wireCallId: value.step, format: "custom", text: `Result:\n${JSON.stringify(value)}`, ok: true },
];
const looked = ranStep({
  step: "look",
  files: 2,
  command: "npm test",
  test: { exitCode: 1, timedOut: false, durationMs: 5, output: "✖ rounded to the nearest cent\nℹ pass 1\nℹ fail 1\n" },
  sources: [{ path: "src/a.ts", text: "return Math.floor((a * b) / 100);\n" }],
} as { readonly step: string });
const patched = ranStep({
  step: "patch",
  applied: { files: [{ path: "src/a.ts", added: 1, removed: 1 }], added: 1, removed: 1 },
  test: { exitCode: 0, timedOut: false, durationMs: 5, output: "ℹ pass 2\nℹ fail 0\n" },
} as { readonly step: string });
const found = ranStep({ step: "search", files: 0, matchCount: 0, matches: [] } as { readonly step: string });
const say = user("And also say what you did");
const free = user("You are nice");
const find = user("find `nothing`");
const summary = /I changed 1 file .*`npm test` now passes/s;

test.each<[string, readonly ModelMessage[], RegExp, string | null]>([
  ["a question about the work, before the patch", [first, ...looked, say], /I patch that now/, "patch"],
  [
    "a question about the work, at the end",
    [first, ...looked, say, ...patched],
    /now passes.*What I did, in short: I read 1 file and ran `npm test` \(exit 1\); then I changed `src\/a\.ts` .*\(exit 0\)\.$/s,
    null,
  ],
  ["free text, before the patch", [first, ...looked, free], /I patch that now/, "patch"],
  ["free text, at the end", [first, ...looked, free, ...patched], /now passes.*To “You are nice” I have no answer: .{1,120}$/s, null],
  ["another job, at the end", [first, ...looked, find, ...patched], /now passes.*I search the project/s, "search"],
  ["another job, done", [first, ...looked, find, ...patched, ...found], /^Nothing in the project matches/, null],
  ["free text and another job, done", [first, ...looked, free, find, ...patched, ...found], /^Nothing in the project matches/, null],
  [
    "words during that other job",
    [first, ...looked, find, ...patched, say, ...found],
    /^Nothing.*in short: .*I searched the project/s,
    null,
  ],
  [
    "a question in the next turn",
    [first, ...looked, ...patched, { role: "assistant", text: "Done." }, say],
    /^What I did, in short: I read/,
    null,
  ],
  [
    "a question during a command",
    [user("run `x`"), ...ranStep({ step: "run", cmd: "x", run: { exitCode: 3, output: "" } } as { readonly step: string }), say],
    /printed nothing\.\n\nWhat I did, in short: I ran `x` \(exit 3\)\.$/,
    null,
  ],
  ["a prompt after a stop", [first, ...looked, user("<turn-interrupted>x</turn-interrupted>"), find], /^I search/, "search"],
  ["a prompt after one whose turn failed before any script", [first, find], /^I search/, "search"],
])("the first prompt is done before later words are answered: %s", (_name, messages, said, step) => {
  const plan = planNext(messages);
  expect(plan.say).toMatch(said);
  expect(plan.say).not.toContain("I can:");
  expect(plan.script === undefined ? null : [...plan.script.matchAll(/step: "([a-z-]+)"/g)].at(-1)?.[1]).toBe(step);
  if (messages.includes(first) && messages.at(-1) === patched.at(-1)) expect(plan.say).toMatch(summary);
});

test.each<[string, string, string, string]>([
  [
    "a long result that succeeded",
    "succeeded",
    `${"line\n".repeat(500)}all 12 done\n\n`,
    "has ended: succeeded. Its last line: `all 12 done`",
  ],
  [
    "one that failed",
    "failed",
    "exit 1\nError: no `x` here\n    at a.ts:1\n",
    "has ended: failed. Its most telling line: `Error: no 'x' here`",
  ],
  ["one without text", "timed_out", "\n", "has ended: timed out. It left no text."],
])("of %s one line is told", (_name, status, text, expected) => {
  expect(taskNews([{ title: "T", status, text }])).toBe(`Background task “T” ${expected}`);
});
