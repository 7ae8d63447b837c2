import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent } from "../../../src/main/providers/provider.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import type { UndoScope } from "../../../src/protocol/undo.ts";
import { callsScript, callsTool, createScriptedProvider, says, type ScriptedStep } from "../../support/scripted-provider.ts";
import { named } from "../../support/patch-text.ts";
import { type EngineLab, of, saidIn, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** A patch as a direct call: lines of a hunk per file, or a whole `*** …` operation. */
function patch(...operations: readonly string[]): string {
  return ["*** Begin Patch", ...operations, "*** End Patch"].join("\n");
}
const update = (file: string, before: string, after: string): string => `*** Update File: ${file}\n@@\n-${before}\n+${after}`;
const applies = (...operations: readonly string[]): ModelEvent[] => callsTool("applyPatch", { patch: patch(...operations) });

/** Runs one turn whose requests get these steps, in a new conversation or in one that goes on. */
async function turns(spindle: EngineLab, ...perTurn: readonly (readonly ScriptedStep[])[]) {
  const provider = createScriptedProvider(perTurn.flatMap((steps) => [...steps, says("done")]));
  const engine = await spindle.open({ provider });
  const conversation = engine.conversations.create(spindle.project);
  for (const [index] of perTurn.entries()) await conversation.send(`Prompt ${index + 1}`, []).done;
  return { engine, conversation, provider };
}

const read = (spindle: EngineLab, name: string): string | null => {
  const file = path.join(spindle.project, name);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
};

const undo = (engine: Engine, id: string, scope: UndoScope, more: { redo?: boolean; force?: boolean } = {}) =>
  engine.undo(id, { scope, redo: false, force: false, ...more });

const reverted = (events: readonly SpindleEvent[]) =>
  of(events, "patch_reverted").map(({ kind, scope, callIds, forced, files }) => ({
    kind,
    scope: scope.kind,
    callIds,
    forced,
    files: files.map((file) => `${file.kind} ${file.path} +${file.added} -${file.removed}`),
  }));

describe("undo of a scope", () => {
  test("a call, a script, a turn and a conversation go back and forth, newest first, each as one event", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n", b: "1\n", gone: "g\n" });
    const script = `await tools.applyPatch({ patch: ${JSON.stringify(patch(update("a", "1", "2")))} });
await tools.applyPatch({ patch: ${JSON.stringify(patch(update("a", "2", "3"), "*** Add File: new/n\n+n"))} });`;
    const { engine, conversation } = await turns(
      spindle,
      [callsScript(script)],
      [applies(update("b", "1", "2"), "*** Delete File: gone"), applies(update("a", "3", "4"))],
    );
    const now = () => ["a", "b", "gone", "new/n"].map((name) => read(spindle, name));
    const seen: unknown[] = [];
    for (const [scope, redo] of [
      [{ kind: "call", id: "c3" }, false],
      [{ kind: "script", id: "c1" }, false],
      [{ kind: "turn", id: "t2" }, false],
      [{ kind: "conversation" }, true],
      [{ kind: "conversation" }, false],
      [{ kind: "turn", id: "t1" }, true],
    ] as const) {
      const { callIds } = await undo(engine, conversation.id, scope, { redo });
      seen.push([...now(), callIds.join(" ")]);
    }
    expect(seen).toEqual([
      ["3\n", "2\n", null, "n\n", "c3"],
      ["1\n", "2\n", null, null, "c1.1 c1.2"],
      ["1\n", "1\n", "g\n", null, "c2"],
      ["4\n", "2\n", null, "n\n", "c1.1 c1.2 c2 c3"],
      ["1\n", "1\n", "g\n", null, "c1.1 c1.2 c2 c3"],
      ["3\n", "1\n", "g\n", "n\n", "c1.1 c1.2"],
    ]);
    expect(reverted(conversation.events)[1]).toEqual({
      kind: "undo",
      scope: "script",
      callIds: ["c1.1", "c1.2"],
      forced: false,
      files: ["update a +1 -1", "delete new/n +0 -1"],
    });
    expect(existsSync(path.join(spindle.project, "new"))).toBe(true);
  });

  test("each patch knows the line of the script that made it, and the sidebar's counts follow an undo", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { engine, conversation } = await turns(spindle, [
      callsScript(`\n\nawait tools.applyPatch({ patch: ${JSON.stringify(patch(update("a", "1", "2")))} });`),
    ]);
    const before = engine.rowOf(conversation);
    await undo(engine, conversation.id, { kind: "turn", id: "t1" });
    const after = engine.rowOf(conversation);
    expect([
      of(conversation.events, "patch_applied").map(({ callId, scriptLine }) => [callId, scriptLine]),
      [before.added, before.removed, after.added, after.removed],
    ]).toEqual([[["c1.1", 3]], [1, 1, 0, 0]]);
  });

  test("the model reads in one line what the person undid, scripts no longer see the files as changed, exports tell of it", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const provider = createScriptedProvider([
      applies(update("a", "1", "2")),
      says("done"),
      callsScript("return context.changedFiles"),
      says("done"),
    ]);
    const engine = await spindle.open({ provider });
    const conversation = engine.conversations.create(spindle.project);
    await conversation.send("Change it", []).done;
    await undo(engine, conversation.id, { kind: "turn", id: "t1" });
    await conversation.send("Go on", []).done;
    expect({
      told: saidIn(provider.requests[2]).filter((text) => text.includes("undid")),
      changed: of(conversation.events, "tool_finished").at(-1)?.result,
      exported: engine.transcript(conversation.id, "markdown").match(/> Undone.*/)?.[0],
    }).toMatchObject({
      told: ["<changes-undone>The person undid the changes of turn t1 (c1). Changed on disk: a.</changes-undone>"],
      changed: { value: [] },
      exported: "> Undone by the person: turn t1 (c1)",
    });
  });

  test("a file that changed since is refused with its lines; force keeps what it held for the redo", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n2\n3\n", b: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "2", "two"), update("b", "1", "2"))]);
    writeFileSync(path.join(spindle.project, "a"), "zero\n1\ntwo\n3\nfour\n");
    const scope = { kind: "turn", id: "t1" } as const;
    await expect(undo(engine, conversation.id, scope)).rejects.toMatchObject({
      code: "undo_conflict",
      message: "a was changed at lines 1, 5 after the patch, so nothing was undone.",
      details: {
        conflicts: [
          {
            path: "a",
            lines: [
              [1, 1],
              [5, 5],
            ],
            now: [
              { line: 1, text: "zero" },
              { line: 5, text: "four" },
            ],
          },
        ],
      },
    });
    expect([read(spindle, "b"), reverted(conversation.events)]).toEqual(["2\n", []]);
    await undo(engine, conversation.id, scope, { force: true });
    const forced = [read(spindle, "a"), read(spindle, "b")];
    await undo(engine, conversation.id, scope, { redo: true });
    expect([forced, [read(spindle, "a"), read(spindle, "b")], reverted(conversation.events).map((event) => event.forced)]).toEqual([
      ["1\n2\n3\n", "1\n"],
      ["zero\n1\ntwo\n3\nfour\n", "2\n"],
      [true, false],
    ]);
  });

  test("what a command changed between two patches of a turn counts as changed since, at the lines as they are now", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n2\n3\n4\n" });
    const { engine, conversation } = await turns(spindle, [
      applies(update("a", "1", "one")),
      callsTool("exec", { cmd: "sed -i s/3/three/ a" }),
      applies("*** Update File: a\n@@\n-one\n+zero\n+one"),
    ]);
    await expect(undo(engine, conversation.id, { kind: "turn", id: "t1" })).rejects.toMatchObject({
      message: "a was changed at line 4 after the patch, so nothing was undone.",
    });
    await undo(engine, conversation.id, { kind: "call", id: "c3" });
    expect(read(spindle, "a")).toBe("one\n2\nthree\n4\n");
  });

  test("two conversations on one file: the first cannot be undone before the second is", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const provider = createScriptedProvider([applies(update("a", "1", "2")), says("x"), applies(update("a", "2", "3")), says("x")]);
    const engine = await spindle.open({ provider });
    const [first, second] = [engine.conversations.create(spindle.project), engine.conversations.create(spindle.project)];
    await first.send("One", []).done;
    await second.send("Two", []).done;
    const scope = { kind: "conversation" } as const;
    await expect(undo(engine, first.id, scope)).rejects.toMatchObject({ code: "undo_conflict" });
    await undo(engine, second.id, scope);
    await undo(engine, first.id, scope);
    expect(read(spindle, "a")).toBe("1\n");
  });

  test.each([
    ["a turn without patches", { kind: "turn", id: "t9" }, false, "not_found"],
    ["a redo of what stands", { kind: "conversation" }, true, "not_found"],
  ] as const)("%s is refused", async (_, scope, redo, code) => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "1", "2"))]);
    await expect(undo(engine, conversation.id, scope, { redo })).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  test("a turn that runs is not undone", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const provider = createScriptedProvider([applies(update("a", "1", "2")), callsTool("exec", { cmd: "sleep 60" }), says("x")]);
    const engine = await spindle.open({ provider });
    const conversation = engine.conversations.create(spindle.project);
    const { done } = conversation.send("Go", []);
    await expect.poll(() => of(conversation.events, "tool_started").length).toBe(2);
    await expect(undo(engine, conversation.id, { kind: "turn", id: "t1" })).rejects.toMatchObject({ code: "still_running" });
    // A call that has ended may be undone meanwhile.
    await undo(engine, conversation.id, { kind: "call", id: "c1" });
    await conversation.stop();
    await done;
    expect(read(spindle, "a")).toBe("1\n");
  });

  test("after a restart an undo can still be redone", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies("*** Add File: n\n+n", "*** Delete File: a")]);
    const scope = { kind: "turn", id: "t1" } as const;
    await undo(engine, conversation.id, scope);
    const undone = [read(spindle, "a"), read(spindle, "n")];
    await engine.close();
    const again = await spindle.open();
    await undo(again, conversation.id, scope, { redo: true });
    expect([undone, read(spindle, "a"), read(spindle, "n")]).toEqual([["1\n", null], null, "n\n"]);
  });

  test("an undo and a patch that a dead process could not tell of are told when the conversation opens", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "1", "2"))]);
    await undo(engine, conversation.id, { kind: "call", id: "c1" });
    await engine.close();
    // As if the process had died right before it wrote the events: they are gone, and the records belong to somebody else.
    const log = path.join(spindle.home, "conversations", conversation.id, "log.jsonl");
    const kept = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => !/"type":"patch_(applied|reverted)"/.test(line));
    writeFileSync(log, kept.join("\n"));
    const done = path.join(spindle.home, "journal", "done", conversation.id);
    for (const [name, text] of Object.entries(spindle.data())) {
      if (!path.join(spindle.home, name).startsWith(done)) continue;
      writeFileSync(path.join(spindle.home, name), text.replace(/"owner":\{[^}]*\}/g, '"owner":{"pid":4194305,"startTime":"1"}'));
    }
    const again = await spindle.open();
    const opened = again.conversations.open(conversation.id);
    await expect
      .poll(() => reverted(opened.events))
      .toEqual([{ kind: "undo", scope: "call", callIds: ["c1"], forced: false, files: ["update a +1 -1"] }]);
    const [told] = of(opened.events, "patch_applied");
    expect([told?.callId, told?.files[0]]).toMatchObject(["c1", { path: "a", before: named("1\n"), after: named("2\n") }]);
    rmSync(done, { recursive: true });
  });

  test("whatever is in the journal's folders, the house opens, and the conversation is told what could not be set right", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n", b: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "1", "2"), update("b", "1", "2"))]);
    await engine.close();
    const journal = path.join(spindle.home, "journal");
    const done = path.join(journal, "done", conversation.id);
    const [name = ""] = readdirSync(done);
    const record = readFileSync(path.join(done, name), "utf8").replace(/"owner":\{[^}]*\}/g, '"owner":{"pid":4194305,"startTime":"1"}');
    // As if the process had died between the two files, and what they held before were lost.
    renameSync(path.join(done, name), path.join(journal, "pending", "x.json"));
    writeFileSync(path.join(journal, "pending", "x.json"), record);
    writeFileSync(path.join(spindle.project, "b"), "1\n");
    for (const lost of ["blobs", "packs"]) rmSync(path.join(journal, lost), { recursive: true, force: true });
    for (const folder of ["pending", "staging"]) {
      mkdirSync(path.join(journal, folder, "folder.json"), { recursive: true });
      writeFileSync(path.join(journal, folder, "z.json"), "{");
    }
    const again = await spindle.open();
    const opened = again.conversations.open(conversation.id);
    expect(of(opened.events, "notice").map(({ message }) => message)).toEqual([
      expect.stringMatching(/could not be put back: .*journal\/aside/),
    ]);
    expect([read(spindle, "a"), readdirSync(path.join(journal, "aside"))]).toEqual(["2\n", ["x.json"]]);
  });

  test("a deleted conversation leaves nothing of its files in the data folder", async () => {
    const spindle = lab();
    spindle.write({ a: "token-4711\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "token-4711", "2"))]);
    await undo(engine, conversation.id, { kind: "turn", id: "t1" });
    await engine.deleteConversation(conversation.id);
    const journal = Object.keys(spindle.data()).filter((name) => name.startsWith("journal"));
    expect(journal.filter((name) => /done|packs|blobs|pending|staging/.test(name))).toEqual([]);
  });

  test("what is no longer kept is said; with force the rest is undone", async () => {
    const spindle = lab();
    spindle.write({ a: "1\n", b: "1\n" });
    const { engine, conversation } = await turns(spindle, [applies(update("a", "1", "2"))], [applies(update("b", "1", "2"))]);
    const done = path.join(spindle.home, "journal", "done", conversation.id);
    for (const name of readdirSync(done)) if (name.includes("~c1.")) rmSync(path.join(done, name));
    const scope = { kind: "conversation" } as const;
    await expect(undo(engine, conversation.id, scope)).rejects.toMatchObject({
      code: "not_found",
      message: "What these calls changed is no longer kept: c1.",
    });
    await expect(undo(engine, conversation.id, { kind: "turn", id: "t1" }, { force: true })).rejects.toMatchObject({ code: "not_found" });
    await undo(engine, conversation.id, scope, { force: true });
    expect([read(spindle, "a"), read(spindle, "b")]).toEqual(["2\n", "1\n"]);
  });
});
