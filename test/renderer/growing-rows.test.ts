import { expect, test } from "vitest";
import { createGrowingRows } from "../../src/renderer/features/conversation/growing-rows.ts";
import { rowsOf } from "../../src/renderer/features/conversation/rows.ts";
import type { Step } from "../../src/renderer/state/conversation-view.ts";
import { emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { createStory } from "./support/story.ts";

const rounds = Number(process.env["SPINDLE_LONG"] ?? 1) * 400;

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Steps of every kind that rows depend on: prompts, reading calls, commands, patches with their calls. */
function someSteps(): readonly Step[] {
  const story = createStory();
  const tools = ["readFile", "grepFiles", "exec", "listDir"];
  for (let n = 0; n < 60; n++) {
    if (n % 9 === 0) story.add({ type: "user_message", turnId: "t1", text: `${n}`, attachments: [], source: "user" });
    story.call({ turnId: "t1", callId: `c${n}`, name: tools[(n * 7) % 5] ?? "readFile", input: {}, durationMs: 1, summary: "" });
  }
  return fold(emptyView, story.events).steps;
}

test("gives the rows that a whole look gives, however steps come, change, move and go", () => {
  const all = someSteps();
  const random = createRandom(7);
  const grow = createGrowingRows();
  let steps: readonly Step[] = [];
  for (let round = 0; round < rounds; round++) {
    const at = random(steps.length + 1);
    const step = all[random(all.length)];
    if (step === undefined) throw new Error("There are steps.");
    const kind = random(10);
    if (kind < 6) steps = [...steps, { ...step, key: `${step.key}.${round}` }];
    else if (kind < 8) steps = steps.map((each, index) => (index === at ? { ...each } : each));
    else if (kind < 9) steps = steps.toSpliced(at, 1);
    else steps = steps.slice(0, random(40) + steps.length - 20);
    const queued = random(4) === 0 ? steps.slice(-2).filter((each) => each.kind === "user") : [];
    const rows = rowsOf(steps, queued);
    const grown = grow(steps, queued);
    expect(grown.rows).toEqual(rows);
    expect(rows.map((_, index) => grown.keyOf(index))).toEqual(rows.map((row) => row.key));
    expect(grown.keyOf(rows.length)).toBe(`tail:${rows.length}`);
  }
});

test("keeps the function for keys while a row only changes, and rows that nothing touched", () => {
  const steps = someSteps();
  const grow = createGrowingRows();
  const first = grow(steps, []);
  const changed = grow([...steps.slice(0, -1), ...steps.slice(-1).map((step) => ({ ...step }))], []);
  expect(changed.keyOf).toBe(first.keyOf);
  expect(changed.rows[3]).toBe(first.rows[3]);
  expect(grow([...steps, ...steps.slice(0, 1).map((step) => ({ ...step, key: "new" }))], []).keyOf).not.toBe(first.keyOf);
});
