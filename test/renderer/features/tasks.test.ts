import { describe, expect, it } from "vitest";
import { canRetry, canStop, type LateResult, type TaskRow, taskRowDefaults, type TaskStatus } from "../../../src/protocol/task.ts";
import { orderTasks, type TaskGroup, taskLines, taskSummary } from "../../../src/renderer/features/tasks/task-groups.ts";
import { leftOutWords } from "../../../src/renderer/features/tasks/task-files.ts";
import {
  deliveryWords,
  errorWords,
  isStillNews,
  stoppedWords,
  taskLine,
  taskProgress,
} from "../../../src/renderer/features/tasks/task-words.ts";
import { taskInput } from "../../../src/renderer/features/tasks/task-input.ts";
import { nextPlace } from "../../../src/renderer/state/attention.ts";
import { applyPush, openTaskRow } from "../../../src/renderer/state/tasks.ts";
import { taskRow } from "../support/story.ts";

function row(taskId: string, status: TaskStatus, time: number, more: Partial<TaskRow> = {}) {
  const over = !["queued", "running", "needs_you"].includes(status);
  return taskRow({
    taskId,
    status,
    createdAt: time,
    startedAt: status === "queued" ? null : time,
    finishedAt: over ? time + 5 : null,
    lastEventAt: time,
    ...more,
  });
}

const lateWaiting = { state: "waiting", at: 1, ageMs: 1, changed: [], changedCount: 0, incomplete: false } as const;
const rows = [
  row("f1", "failed", 10),
  row("s1", "succeeded", 20),
  row("q2", "queued", 40),
  row("r2", "running", 35),
  row("q1", "queued", 30),
  row("r1", "running", 5),
  row("n1", "needs_you", 50),
  row("c1", "cancelled", 25),
  row("t1", "timed_out", 60),
  row("l1", "timed_out", 2, { late: lateWaiting }),
];
const none: ReadonlySet<TaskGroup> = new Set();
const keys = (given: readonly TaskRow[], view: Partial<Parameters<typeof taskLines>[1]> = {}) =>
  taskLines(given, { folded: none, older: none, now: 100, ...view }).map((line) =>
    "count" in line ? `${line.key}=${line.count}` : line.key,
  );

describe("the task list", () => {
  it("puts what needs a person first, late answers too, then what runs, what waits in its order, then the rest, newest first", () =>
    expect(orderTasks(rows).map((each) => each.taskId)).toEqual(["n1", "l1", "r2", "r1", "q1", "q2", "c1", "s1", "t1", "f1"]));

  it("has a head with a count for each group that is not empty", () =>
    expect(keys(rows)).toEqual("head:needs=2 n1 l1 head:running=4 r2 r1 q1 q2 head:finished=2 c1 s1 head:failed=2 t1 f1".split(" ")));

  it("shows a folded group as its head alone", () =>
    expect(keys(rows, { folded: new Set<TaskGroup>(["running", "failed"]) })).toEqual(
      "head:needs=2 n1 l1 head:running=4 head:finished=2 c1 s1 head:failed=2".split(" "),
    ));

  it("folds what is over away after a while, failures later, and shows it when asked", () => {
    const hours = (count: number) => count * 3_600_000;
    const over = [row("s1", "succeeded", 0), row("s2", "succeeded", hours(2)), row("f1", "failed", 0), row("f2", "failed", hours(23))];
    expect([
      keys(over, { now: hours(2.5) }),
      keys(over, { now: hours(25) }),
      keys(over, { now: hours(2.5), older: new Set(["finished"]) }),
    ]).toEqual([
      "head:finished=2 s2 older:finished=1 head:failed=2 f2 f1".split(" "),
      "head:finished=2 older:finished=2 head:failed=2 f2 older:failed=1".split(" "),
      "head:finished=2 s2 s1 older:finished=1 head:failed=2 f2 f1".split(" "),
    ]);
  });

  it("shows ten of many that ended just now", () => {
    const many = Array.from({ length: 30 }, (_, index) => row(`s${index}`, "succeeded", index));
    expect(keys(many)).toEqual(["head:finished=30", ...Array.from({ length: 10 }, (_, index) => `s${29 - index}`), "older:finished=20"]);
  });

  it("sums up in a few words", () => {
    const summary = (...statuses: readonly TaskStatus[]) => taskSummary(statuses.map((status, index) => row(`t${index}`, status, index)));
    expect([
      summary("running", "queued", "succeeded"),
      summary("needs_you", "running", "running", "queued"),
      summary("succeeded", "cancelled", "failed"),
      summary(),
    ]).toEqual(["1 running", "1 needs you", "1 failed", ""]);
  });

  it("takes what main tells: whole rows of its projects, and progress of rows it has", () => {
    const [first, second] = [row("a", "running", 1), row("b", "running", 2)];
    const { used } = taskRowDefaults;
    const news = { taskId: "a", lastEventAt: 9, lastLine: "half", outputFrom: 0, used, stalled: false, waitsFor: null };
    const pushed = applyPush(
      [first, second],
      { changed: [row("c", "queued", 3), row("d", "queued", 4, { projectRoot: "/other" })], progress: [news, { ...news, taskId: "x" }] },
      (each) => each.projectRoot !== "/other",
    );
    expect(pushed.map((each) => [each.taskId, each.lastLine])).toEqual([
      ["a", "half"],
      ["b", second.lastLine],
      ["c", row("c", "queued", 3).lastLine],
    ]);
    expect(pushed[1]).toBe(second);
  });

  it.each([
    ["41 of 128 files", 41 / 128],
    ["[12/80] Compiling", 12 / 80],
    ["Downloading: 45 %", 0.45],
    ["file 3 of 4", 0.75],
    ["9 of 3 files", null],
    ["on 11/26/2026", null],
    ["Reading src/a.ts", null],
    ["120 % of the plan", null],
  ])("reads how far a task is from %j: %s", (lastLine, expected) => expect(taskProgress({ status: "running", lastLine })).toBe(expected));

  it("says what a stop stopped", () =>
    expect(
      [
        [],
        ["script: Sweep"],
        ["script: Sweep", "exec: Build: all", "ask: Review"],
        ["script: Sweep", ..."abcdef".split("").map((name) => `exec: ${name}`)],
        ["exec: Build"],
      ].map((stopped) => stoppedWords({ kind: "script", title: "Sweep" }, stopped)),
    ).toEqual([
      "Sweep was over already",
      "Stopped: Sweep",
      "Stopped: Sweep, with 2 it had started: Build: all, Review",
      "Stopped: Sweep, with 6 it had started: a, b, c, d and 2 more",
      "Sweep was over already. Stopped what it had started: Build",
    ]));

  it("says an error of a row until its state or run changed, other words until its next sign of life", () => {
    const then = row("t1", "failed", 1, { lastLine: "a" });
    const news = (now: Partial<TaskRow>, said: { readonly text: string; readonly bad: boolean }) =>
      isStillNews({ ...said, row: then }, { ...then, ...now });
    const bad = { text: "It cannot be run again.", bad: true };
    const good = { text: "Handed over: a.txt", bad: false };
    expect([
      [news({ lastLine: "b" }, bad), news({ status: "queued" }, bad), news({ run: 2 }, bad), news({ late: lateWaiting }, bad)],
      [news({}, good), news({ lastLine: "b" }, good), news({ lastLine: "b" }, { text: "Stopping", bad: false })],
    ]).toEqual([
      [true, false, false, false],
      [true, false, true],
    ]);
  });

  it("lets a question that timed out and is still worked on be stopped, and says nothing comes once it was", () => {
    const late = (state: LateResult["state"]) => row("t1", "timed_out", 1, { late: { ...lateWaiting, state } });
    expect([
      [canStop(late("expected")), canRetry(late("expected"))],
      [canStop(late("lost")), canRetry(late("lost"))],
      [canStop(late("waiting")), canStop(row("r1", "running", 1)), canStop(row("s1", "succeeded", 1))],
      taskLine(late("lost")),
    ]).toEqual([[true, false], [false, true], [false, true, false], "Timed out; no answer will come"]);
  });

  it("has the open page's row where the list does not have it, and takes its news too", () => {
    const [listed, other] = [row("a", "running", 1), row("b", "running", 2, { projectRoot: "/other" })];
    const open = (openId: string | null) => openTaskRow({ openId, openRow: other, rows: [listed] })?.taskId;
    expect([open(null), open("a"), open("b"), open("c")]).toEqual([undefined, "a", "b", undefined]);
  });

  it("goes from need to need, also when the last one is gone", () =>
    expect([
      nextPlace(["a", "b", "c"], null),
      nextPlace(["a", "b", "c"], { key: "a", at: 0 }),
      nextPlace(["a", "b", "c"], { key: "c", at: 2 }),
      nextPlace(["a", "c"], { key: "b", at: 1 }),
      nextPlace(["a"], { key: "b", at: 1 }),
      nextPlace([], { key: "b", at: 1 }),
    ]).toEqual([0, 1, 0, 1, 0, 0]));

  it("says an error with what to do, and which files of a drop were left out", () =>
    expect([
      errorWords({ message: "It was refused.", hint: "Try again." }),
      errorWords({ message: "It was refused." }),
      leftOutWords([], 0),
      leftOutWords(["/a/gone.txt", "C:\\b\\lost.txt"], 3),
    ]).toEqual([
      "It was refused. Try again.",
      "It was refused.",
      null,
      "Not handed over, gone: gone.txt, lost.txt; 3 beyond the 100 that one message may have",
    ]));

  it("says of a late answer what became of it, and of a stop whose it was", () => {
    const late = (state: LateResult["state"]) =>
      deliveryWords(row("t1", "timed_out", 1, { delivery: "seen", late: { ...lateWaiting, state } }));
    const stopped = (by: string) => taskLine(row("c1", "cancelled", 1, { error: { code: "cancelled", message: "", details: { by } } }));
    expect([late("waiting"), late("discarded"), late("lost"), late("injected"), stopped("person"), stopped("starter")]).toEqual([
      "Waits for your decision",
      "Discarded",
      "None: it will not come any more",
      "Added to the conversation",
      "Stopped by you",
      "Stopped by who started it",
    ]);
  });

  it.each([
    ["queued", "", "Waits for a free place"],
    ["running", "", "Started"],
    ["running", "41 of 128 files", "41 of 128 files"],
    ["needs_you", "", "Waits for your answer"],
    ["cancelled", "whatever", "Stopped"],
    ["timed_out", "", "Stopped at its time limit"],
    ["interrupted", "", "Ended while Spindle was closed"],
  ] as const)("says of a %s task with last line %j: %s", (status, lastLine, expected) =>
    expect(taskLine(taskRow({ status, lastLine }))).toBe(expected),
  );

  it("prefers the reason of a failure and says where a result went", () =>
    expect([
      taskLine(taskRow({ status: "failed", lastLine: "x", error: { code: "timeout", message: "No answer." } })),
      taskLine(taskRow({ status: "succeeded", delivery: "seen" })),
      deliveryWords(taskRow({ status: "succeeded", notify: "silent" })),
      deliveryWords(taskRow({ status: "running", notify: "next_turn" })),
    ]).toEqual(["No answer.", "Read by the agent", "Kept here only", "Waits for the next turn when done"]));
});

describe("the input of a task", () => {
  it.each([
    ["exec", { kind: "exec", cmd: "npm test", workdir: "web", title: "Tests" }, "Command|npm test|bash|workdir=web"],
    ["ask", { kind: "ask", question: "Why?", files: ["a.ts", "b.ts"] }, "Question|Why?|md|files=a.ts, b.ts"],
    ["agent", { kind: "agent", prompt: "Do it" }, "Prompt|Do it|md|"],
    ["script", "return 1", "Script|return 1|ts|"],
    ["exec", { other: 1 }, 'Input|{\n  "other": 1\n}|json|'],
    ["ask", null, "Input|null|json|"],
  ] as const)("of kind %s given as %j is shown readably", (kind, input, expected) => {
    const view = taskInput(kind, input);
    expect(`${view.title}|${view.text}|${view.lang}|${view.details.map(([name, value]) => `${name}=${value}`).join(" ")}`).toBe(expected);
  });
});
