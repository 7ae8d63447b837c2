import { existsSync, readFileSync, statSync, chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ModelEvent } from "../../../src/main/providers/provider.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import type { HunkPlace, RejectedFile } from "../../../src/protocol/review.ts";
import { diffOfTexts } from "../../../src/main/tools/apply-patch/hunks.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { named } from "../../support/patch-text.ts";
import { type EngineLab, of, saidIn, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const applies = (...operations: readonly string[]): ModelEvent[] =>
  callsTool("applyPatch", { patch: ["*** Begin Patch", ...operations, "*** End Patch"].join("\n") });

const ten = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 30 }, (_, i) => `${change[i + 1] ?? `line ${i + 1}`}\n`).join("");
const [before, after] = [ten(), ten({ 2: "two", 15: "fifteen", 29: "twenty-nine" })];
const update = "*** Update File: a\n@@\n-line 2\n+two\n@@\n-line 15\n+fifteen\n@@\n-line 29\n+twenty-nine";

/** A conversation in which a patch changed `a` in three hunks. */
async function patched(spindle: EngineLab, ...operations: readonly string[]) {
  const provider = createScriptedProvider([applies(...operations), says("done"), says("again")]);
  const engine = await spindle.open({ provider });
  const conversation = engine.conversations.create(spindle.project);
  await conversation.send("Go", []).done;
  return { engine, conversation, provider };
}

const placesIn = (old: string, fresh: string): HunkPlace[] =>
  diffOfTexts(old, fresh).hunks.map(({ oldStart, oldLines, newStart, newLines }) => ({ oldStart, oldLines, newStart, newLines }));

function hashOf(text: string): string {
  const name = named(text);
  return typeof name === "string" ? name : name.hash;
}

function rejected(
  file: string,
  old: string,
  fresh: string,
  numbers: readonly number[],
  kind: RejectedFile["kind"] = "update",
): RejectedFile {
  const places = placesIn(old, fresh);
  return { path: file, kind, before: hashOf(old), after: hashOf(fresh), hunks: numbers.flatMap((number) => places[number] ?? []) };
}

const read = (spindle: EngineLab, name: string): string | null => {
  const file = path.join(spindle.project, name);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
};
const takenBack = (events: readonly SpindleEvent[]) =>
  of(events, "patch_applied").flatMap(({ takenBack: what, files }) =>
    what === undefined ? [] : [{ ...what, files: files.map((file) => `${file.kind} ${file.path} +${file.added} -${file.removed}`) }],
  );

describe("rejecting hunks", () => {
  test("takes one back on disk, tells the log and the model, and is undone and redone like a patch", async () => {
    const spindle = lab();
    spindle.write({ a: before });
    const { engine, conversation, provider } = await patched(spindle, update);
    const { callId, files, hunks } = await engine.rejectHunks(conversation.id, {
      turnId: "t1",
      calls: ["c1"],
      files: [rejected("a", before, after, [1])],
    });
    const without = ten({ 2: "two", 29: "twenty-nine" });
    expect([files, hunks, read(spindle, "a"), takenBack(conversation.events)]).toEqual([
      1,
      1,
      without,
      [{ calls: ["c1"], hunks: 1, files: ["update a +1 -1"] }],
    ]);
    await conversation.send("And now?", []).done;
    expect(saidIn(provider.requests.at(-1))).toContain(
      "<changes-rejected>The person rejected a hunk of the patches: those lines are as they were before. Changed on disk: a (1 added, 1 removed).</changes-rejected>",
    );
    const scope = { kind: "call", id: callId } as const;
    const states: unknown[] = [];
    for (const redo of [false, true]) {
      await engine.undo(conversation.id, { scope, redo, force: false });
      states.push(read(spindle, "a"));
    }
    // The turn takes it along: the file is as it was before the turn.
    await engine.undo(conversation.id, { scope: { kind: "turn", id: "t1" }, redo: false, force: false });
    expect([...states, read(spindle, "a")]).toEqual([after, without, before]);
  });

  test("all hunks of several files are one change: a new file goes, a deleted one comes back with its mode", async () => {
    const spindle = lab();
    spindle.write({ a: before, gone: "g\n" });
    chmodSync(path.join(spindle.project, "gone"), 0o755);
    const { engine, conversation } = await patched(spindle, update, "*** Add File: new\n+n", "*** Delete File: gone");
    await engine.rejectHunks(conversation.id, {
      turnId: "t1",
      calls: ["c1"],
      files: [rejected("a", before, after, [0, 1, 2]), rejected("new", "", "n\n", [0], "add"), rejected("gone", "g\n", "", [0], "delete")],
    });
    expect([
      read(spindle, "a"),
      read(spindle, "new"),
      read(spindle, "gone"),
      statSync(path.join(spindle.project, "gone")).mode & 0o777,
    ]).toEqual([before, null, "g\n", 0o755]);
    expect(takenBack(conversation.events)).toMatchObject([{ hunks: 5 }]);
  });

  test("where lines were changed since it is refused with the lines, for all files; elsewhere it finds its place", async () => {
    const spindle = lab();
    spindle.write({ a: before, b: before });
    const { engine, conversation } = await patched(spindle, update, update.replace(": a", ": b"));
    const file = path.join(spindle.project, "a");
    writeFileSync(file, after.replace("fifteen\n", "by hand\n"));
    const both = { turnId: "t1", calls: ["c1"], files: [rejected("a", before, after, [1]), rejected("b", before, after, [1])] };
    await expect(engine.rejectHunks(conversation.id, both)).rejects.toMatchObject({
      code: "undo_conflict",
      message: "a was changed at line 15 after the patch, so nothing was taken back.",
    });
    expect(read(spindle, "b")).toBe(after);
    writeFileSync(file, `first\n${after}`);
    await engine.rejectHunks(conversation.id, both);
    expect([read(spindle, "a"), read(spindle, "b")]).toEqual([
      `first\n${ten({ 2: "two", 29: "twenty-nine" })}`,
      ten({ 2: "two", 29: "twenty-nine" }),
    ]);
  });

  test("reaches only files that patches of this conversation changed, with texts that are kept", async () => {
    const spindle = lab();
    spindle.write({ a: before, other: "o\n" });
    const { engine, conversation } = await patched(spindle, update);
    const reject = (file: RejectedFile) => engine.rejectHunks(conversation.id, { turnId: "t1", calls: [], files: [file] });
    for (const file of ["other", "../outside", "/etc/passwd"])
      await expect(reject({ ...rejected("a", before, after, [0]), path: file })).rejects.toMatchObject({ code: "not_found" });
    await expect(reject({ ...rejected("a", before, after, [0]), before: "0".repeat(64) })).rejects.toMatchObject({ code: "not_found" });
    expect([read(spindle, "a"), read(spindle, "other")]).toEqual([after, "o\n"]);
  });

  test("a file of which a key hides lines is not taken back hunk by hunk: the window counts other lines", async () => {
    const spindle = lab();
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEowIBAAKCAQEA1234567890abcdef\n".repeat(4)}-----END RSA PRIVATE KEY-----\n`;
    spindle.write({ a: `${key}${before}` });
    const { engine, conversation } = await patched(spindle, update);
    const files = [rejected("a", `${key}${before}`, `${key}${after}`, [0])];
    await expect(engine.rejectHunks(conversation.id, { turnId: "t1", calls: [], files })).rejects.toMatchObject({ code: "patch_failed" });
    expect(read(spindle, "a")).toBe(`${key}${after}`);
  });

  test("accepted hunks are kept in the log and survive a restart", async () => {
    const spindle = lab();
    spindle.write({ a: before });
    const { engine, conversation } = await patched(spindle, update);
    conversation.emit({ type: "hunks_marked", accepted: true, hunks: ["m1", "m2"] });
    await engine.close();
    const again = await spindle.open();
    expect(of(again.conversations.read(conversation.id), "hunks_marked")).toMatchObject([{ accepted: true, hunks: ["m1", "m2"] }]);
  });
});
