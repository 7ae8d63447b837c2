import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { broken, exec, mended, patch, useServers } from "./exec-lab.ts";
import { type Ended, of, type SpindleLab, useSpindle } from "./spindle-process.ts";
import { wires } from "./wires.ts";

const lab = useSpindle();
const start = useServers();

/** A conversation of one turn whose script applied one patch: a file changed, one added. */
async function patched(): Promise<{ spindle: SpindleLab; id: string; state(): (string | null)[] }> {
  const [wire] = wires;
  if (wire === undefined) throw new Error("There is no wire format.");
  const spindle = lab();
  spindle.write({ "src/sum.ts": broken });
  const server = await start(wire, [
    wire.answer("One moment.", [{ name: "script", input: { code: `await tools.applyPatch({ patch: ${JSON.stringify(patch)} });` } }]),
    wire.answer("Done."),
  ]);
  const ended = await exec(spindle, wire, server.baseUrl, ["--approval", "auto"]);
  const id = of(ended.events(), "conversation_started")[0]?.conversationId ?? "";
  const read = (name: string): string | null => {
    const file = path.join(spindle.project, name);
    return existsSync(file) ? readFileSync(file, "utf8") : null;
  };
  return { spindle, id, state: () => [read("src/sum.ts"), read("NOTES.md")] };
}

const json = (ended: Ended): unknown => JSON.parse(ended.stdout);
const before = [broken, null];
const after = [mended, "done\n"];

test("undo and redo of a conversation, a turn, a script and a call, each by a process of its own", async () => {
  const { spindle, id, state } = await patched();
  expect(state()).toEqual(after);
  const said: unknown[] = [];
  for (const scope of [[], ["--turn", "t1"], ["--script", "c1"], ["--call", "c1.1"]]) {
    const undone = await spindle.run(["undo", id, ...scope, "--json"]);
    expect({ exit: undone.code, files: state(), err: undone.stderr }).toEqual({ exit: 0, files: before, err: "" });
    said.push(json(undone));
    const redone = await spindle.run(["undo", id, ...scope, "--redo"]);
    expect({ exit: redone.code, files: state() }).toEqual({ exit: 0, files: after });
    said.push(redone.stdout);
  }
  expect(said.slice(0, 4)).toEqual([
    { ok: true, scope: { kind: "conversation" }, redo: false, callIds: ["c1.1"], files: 2, added: 1, removed: 2 },
    "Redone: the conversation (c1.1), 2 files.\n",
    { ok: true, scope: { kind: "turn", id: "t1" }, redo: false, callIds: ["c1.1"], files: 2, added: 1, removed: 2 },
    "Redone: turn t1 (c1.1), 2 files.\n",
  ]);
  const shown = await spindle.run(["conversations", "show", id]);
  expect(shown.stdout).toContain("Undone: turn t1\n  src/sum.ts +1 −1\n  NOTES.md +0 −1\n");
});

test("a file that changed since ends with 1 and names the lines; --force goes through and --redo brings it back", async () => {
  const { spindle, id, state } = await patched();
  const mine = `${mended}// mine\n`;
  writeFileSync(path.join(spindle.project, "src/sum.ts"), mine);
  const refused = await spindle.run(["undo", id]);
  const asJson = await spindle.run(["undo", id, "--json"]);
  expect({ exit: refused.code, out: refused.stdout, err: refused.stderr, state: state() }).toEqual({
    exit: 1,
    out: "",
    err: "spindle: undo_conflict: src/sum.ts was changed at line 2 after the patch, so nothing was undone.\nWith --force the files are put back all the same; --redo brings back what they held.\n",
    state: [mine, "done\n"],
  });
  expect([asJson.code, json(asJson)]).toMatchObject([
    1,
    { ok: false, error: { code: "undo_conflict", details: { conflicts: [{ path: "src/sum.ts", lines: [[2, 2]] }] } } },
  ]);
  const forced = await spindle.run(["undo", id, "--force"]);
  expect([forced.code, state()]).toEqual([0, before]);
  const redone = await spindle.run(["undo", id, "--redo"]);
  expect([redone.code, state()]).toEqual([0, [mine, "done\n"]]);
});

test.each([
  ["no conversation", [], 2, "usage"],
  ["two scopes", ["c_x", "--turn", "t1", "--call", "c1"], 2, "usage"],
  ["no id", ["c_x", "--turn", "a b"], 2, "usage"],
  ["a conversation that is not there", ["c_x"], 1, "conversation_not_found"],
] as const)("%s", async (_, args, code, error) => {
  const ended = await lab().run(["undo", ...args]);
  expect({ code: ended.code, out: ended.stdout, err: ended.stderr }).toMatchObject({ code, out: "", err: expect.stringContaining(error) });
});

test("nothing to undo, nothing to redo", async () => {
  const { spindle, id } = await patched();
  const redo = await spindle.run(["undo", id, "--redo"]);
  const other = await spindle.run(["undo", id, "--call", "c7"]);
  expect([redo.code, redo.stderr, other.code, other.stderr]).toEqual([
    1,
    expect.stringContaining("not_found: Call c1.1 has no undone change to redo."),
    1,
    expect.stringContaining("not_found: There are no changes of files by call c7"),
  ]);
});

test("the patches of `spindle run` are undone by the id that it says at its end", async () => {
  const spindle = lab();
  spindle.write({ "src/sum.ts": broken, "script.ts": `await tools.applyPatch({ patch: ${JSON.stringify(patch)} });` });
  const ended = await spindle.run(["run", "script.ts"]);
  const [, id = ""] = /`spindle undo (run_\w+)` puts the patched files back/.exec(ended.stderr) ?? [];
  const read = () => readFileSync(path.join(spindle.project, "src/sum.ts"), "utf8");
  expect([ended.code, read()]).toEqual([0, mended]);
  const undone = await spindle.run(["undo", id]);
  expect([undone.code, undone.stdout, read(), existsSync(path.join(spindle.project, "NOTES.md"))]).toEqual([
    0,
    "Undone: the conversation (c1.1), 2 files.\n",
    broken,
    false,
  ]);
  const other = await spindle.run(["undo", id, "--call", "c7"]);
  const redone = await spindle.run(["undo", id, "--script", "c1", "--redo", "--json"]);
  expect([other.code, other.stderr, json(redone), read()]).toMatchObject([
    1,
    expect.stringContaining("not_found: There are no changes of files by call c7"),
    { ok: true, callIds: ["c1.1"], files: 2 },
    mended,
  ]);
  const unknown = await spindle.run(["undo", "c_nobody"]);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("conversation_not_found")]);
});
