import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ModelEvent } from "../../../src/main/providers/provider.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import { callsScript, callsTool, createScriptedProvider, says, type ScriptedStep } from "../../support/scripted-provider.ts";
import { type EngineLab, of, useEngines } from "./engine-lab.ts";

const lab = useEngines();

const runs = (cmd: string): ModelEvent[] => callsTool("exec", { cmd });

/** Runs one turn; its steps are followed by a last word. */
async function turn(spindle: EngineLab, ...steps: readonly ScriptedStep[]) {
  const provider = createScriptedProvider([runs("true"), says("warm"), ...steps, says("done")]);
  const engine = await spindle.open({ provider });
  // On a slow machine the first look at a project may come after its first command: that is another test.
  await engine.conversations.create(spindle.project).send("Warm up", []).done;
  const conversation = engine.conversations.create(spindle.project);
  await conversation.send("Go", []).done;
  return { engine, conversation };
}

/** What was noticed, in short: `c2: modified a +1 -1`. */
const noticed = (events: readonly SpindleEvent[]): string[] =>
  of(events, "files_changed_by_command").flatMap(({ callIds, files }) =>
    files.map(
      (file) =>
        `${callIds.join(" ")}: ${file.kind} ${file.path}${file.added === null ? ` ${file.bytesBefore}>${file.bytesAfter}` : ` +${file.added} -${file.removed}`}`,
    ),
  );

describe("changes by commands", () => {
  test("new, changed and deleted files are named with the call; lines only where the content was known before", async () => {
    const spindle = lab();
    spindle.write({ read: "1\n2\n", unread: "1\n", gone: "g\n", "sub/kept": "k" });
    const { conversation } = await turn(
      spindle,
      callsTool("readFile", { path: "read" }),
      runs("echo 3 >> read; echo 22 >> unread; rm gone; mkdir -p new; printf 'a\\nb\\n' > new/file; touch -d 2001-01-01 sub/kept"),
    );
    expect(noticed(conversation.events).sort()).toEqual([
      "c2: added new/file +2 -0",
      "c2: deleted gone 2>0",
      "c2: modified read +1 -0",
      "c2: modified sub/kept 1>1",
      "c2: modified unread 2>5",
    ]);
    const [event] = of(conversation.events, "files_changed_by_command");
    expect(event?.files.find((file) => file.path === "read")?.hunks).toEqual([
      { oldStart: 1, oldLines: 2, newStart: 1, newLines: 3, lines: [" 1", " 2", "+3"] },
    ]);
    // The turn ends when all of it was told.
    expect(conversation.events.at(-1)?.type).toBe("turn_finished");
  });

  test("a patch is known content, its own change is nobody else's, and what the next command makes of it is shown", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const patch = "*** Begin Patch\n*** Update File: a\n@@\n-1\n+one\n*** Add File: b\n+b\n*** End Patch";
    const { conversation } = await turn(
      spindle,
      callsScript(`const slow = tools.exec({ cmd: "sleep 0.4" });
        await tools.applyPatch({ patch: ${JSON.stringify(patch)} });
        await slow;
        // Time to look at what it left: commands that follow at once are named together.
        await new Promise((done) => setTimeout(done, 1_000));
        await tools.exec({ cmd: "echo two >> a" });
        await tools.exec({ cmd: "sleep 0.4" });
        await tools.exec({ cmd: "echo three >> a" });`),
    );
    expect(noticed(conversation.events)).toEqual(["c1.3: modified a +1 -0", "c1.5: modified a +1 -0"]);
  });

  test("commands at the same time are named together, because nobody can tell which one it was", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { conversation } = await turn(
      spindle,
      callsScript(`await Promise.all([tools.exec({ cmd: "sleep 0.3; echo 2 >> a; sleep 0.2" }), tools.exec({ cmd: "sleep 0.6" })]);
        await tools.exec({ cmd: "true" });`),
    );
    expect(noticed(conversation.events)).toEqual(["c1.1 c1.2: modified a 2>4"]);
  });

  test("commands that follow at once: what stood in between may be gone before it was read, and is then not claimed", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { conversation } = await turn(spindle, callsScript(`for (let i = 0; i < 5; i++) await tools.exec({ cmd: "echo 2 >> a" });`));
    const sizes = of(conversation.events, "files_changed_by_command").flatMap(({ files }) => files);
    expect([sizes[0]?.bytesBefore, sizes.at(-1)?.bytesAfter, sizes.every((file) => file.bytesAfter > (file.bytesBefore ?? 0))]).toEqual([
      2,
      12,
      true,
    ]);
  });

  test("what the person changes between two commands is not the commands' doing", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n", b: "1\n", gone: "g" });
    const pause = () => new Promise((resolve) => setTimeout(resolve, 60));
    const { conversation } = await turn(
      spindle,
      callsTool("readFile", { path: "a" }),
      runs("true"),
      async () => {
        await pause();
        writeFileSync(path.join(spindle.project, "a"), "mine\n");
        execFileSync("rm", [path.join(spindle.project, "gone")]);
        await pause();
        return runs("echo 2 >> b");
      },
      runs("echo 2 >> a"),
    );
    expect(noticed(conversation.events).sort()).toEqual(["c3: modified b 2>4", "c4: modified a +1 -0"]);
  });

  test("ignored files, .git and node_modules are not looked at; hidden ones are", async () => {
    const spindle = lab();
    spindle.write({ ".gitignore": "out\n", ".hidden": "1" });
    const { conversation } = await turn(
      spindle,
      runs("mkdir -p out .git node_modules/x; echo 1 > out/a; echo 1 > .git/a; echo 1 > node_modules/x/a; echo 2 > .hidden"),
    );
    expect(noticed(conversation.events)).toEqual(["c1: modified .hidden 1>2"]);
  });

  test("a command that only says who may read a file, reads, or writes the same name elsewhere changes nothing", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { conversation } = await turn(spindle, runs("chmod 600 a; cat a > /dev/null; ln a ../twin"));
    expect(noticed(conversation.events)).toEqual([]);
  });

  test("a file that a command made executable is told with that", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { conversation } = await turn(spindle, callsTool("readFile", { path: "a" }), runs("chmod +x a"));
    expect(of(conversation.events, "files_changed_by_command").flatMap(({ files }) => files)).toEqual([
      { path: "a", kind: "modified", executable: true, added: 0, removed: 0, bytesBefore: 2, bytesAfter: 2, hunks: [] },
    ]);
  });

  test("a background command's changes are told when it has ended, with the call that started it", async () => {
    const spindle = lab();
    const { engine, conversation } = await turn(
      spindle,
      callsScript(`await tools.spawn({ kind: "exec", cmd: "sleep 0.2; echo 1 > made" });`),
    );
    await engine.tasks.idle();
    await engine.settled();
    expect(noticed(conversation.events)).toEqual(["c1.1: added made +1 -0"]);
  });

  test("a project with more files than are looked at says so, once", async () => {
    const spindle = lab();
    mkdirSync(path.join(spindle.project, "many"));
    for (let i = 0; i < 20_050; i++) writeFileSync(path.join(spindle.project, "many", `z${i}`), "");
    spindle.write({ a: "1\n" });
    // The end of a turn waits for the look after its commands.
    const { conversation } = await turn(spindle, runs("true"), says("done"), runs("true"), runs("echo 2 >> a"));
    await conversation.send("Again", []).done;
    const events = of(conversation.events, "files_changed_by_command");
    expect(events.map(({ complete, fileCount }) => [complete, fileCount])).toEqual([
      [false, 0],
      [false, 1],
    ]);
  });

  test("undo does not touch what a command changed, and an undo is no command's change", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n", b: "1\n" });
    const patch = "*** Begin Patch\n*** Update File: a\n@@\n-1\n+one\n*** End Patch";
    const { engine, conversation } = await turn(spindle, callsTool("applyPatch", { patch }), runs("echo 2 >> b"));
    await engine.undo(conversation.id, { scope: { kind: "turn", id: "t1" }, redo: false, force: false });
    expect([noticed(conversation.events), readFileSync(path.join(spindle.project, "b"), "utf8")]).toEqual([
      ["c2: modified b 2>4"],
      "1\n2\n",
    ]);
  });
});
