import { describe, expect, test } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import { createJournal } from "../../../src/main/project/journal.ts";
import { applyEdits, planEdits } from "../../../src/main/tools/apply-patch/build.ts";
import { runApplyPatchCli } from "../../../src/main/tools/apply-patch/cli.ts";
import { diffOfEdits } from "../../../src/main/tools/apply-patch/hunks.ts";
import { splitLines } from "../../../src/main/tools/apply-patch/lines.ts";
import { parsePatch, type PatchChunk, type PatchLine } from "../../../src/main/tools/apply-patch/parse.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { fillFolder, inputOf, readFolder } from "../../support/patch-folder.ts";
import { createRandom, type Random } from "../../support/random.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
const words = [
  "a",
  "b",
  "one",
  " x",
  "x ",
  "",
  "\tq",
  "it’s",
  "it's",
  "a–b",
  "a-b",
  "\uFEFFk",
  "@@",
  "*** End Patch",
  "- m",
  "+p",
  " ",
] as const;
/** A lone `\r` and a `\n` are not mixed: left beside each other by a removal they would become one terminator. */
const terminatorSets: readonly [Terminators, ...Terminators[]] = [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"]];
type Terminators = readonly [string, ...string[]];

function randomText(random: Random, maxLines = 12): string {
  const terminators = random.pick(terminatorSets);
  let text = "";
  for (let i = random.int(maxLines); i > 0; i--) text += random.pick(words) + (i > 1 || random.chance(0.7) ? random.pick(terminators) : "");
  return text;
}

/** A chunk list that turns some lines of a file into others and says so with enough context to be found. */
function randomEdit(random: Random, text: string, changed = 0.3): { chunks: PatchChunk[]; wanted: string[] } {
  const file = splitLines(text);
  const lines: PatchLine[] = [];
  const wanted: string[] = [];
  for (let i = 0; i < file.count; i++) {
    if (random.chance(changed)) {
      const added = random.pick(words);
      lines.push({ kind: "add", text: added });
      wanted.push(added);
    }
    const line = file.lineAt(i);
    const kind = random.chance(changed) ? "remove" : "context";
    lines.push({ kind, text: line });
    if (kind === "context") wanted.push(line);
  }
  return { chunks: [{ header: undefined, lines, endOfFile: false }], wanted };
}

describe("patches, random", () => {
  test("lines cut and joined again are the text, and every line is where it says", () => {
    const random = createRandom(1);
    for (let round = 0; round < 2_000; round++) {
      const text = randomText(random);
      const file = splitLines(text);
      const pieces = Array.from({ length: file.count }, (_, i) => file.bytes.toString("utf8", file.startOf(i), file.startOf(i + 1)));
      const lines = text === "" ? [] : text.replace(/(?:\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/);
      expect({ joined: pieces.join(""), lines: pieces.map((_, i) => file.lineAt(i)) }).toEqual({ joined: text, lines });
    }
  });

  test("a patch that quotes the whole file gives exactly the wanted lines, and kept lines keep their terminators", () => {
    const random = createRandom(2);
    for (let round = 0; round < 2_000; round++) {
      const file = splitLines(randomText(random));
      const { chunks, wanted } = randomEdit(random, file.text);
      if (chunks[0]?.lines.every((line) => line.kind === "add")) continue;
      const edits = planEdits(file, chunks, "f");
      const after = splitLines(applyEdits(file, edits));
      // A line may itself hold no terminator, so cutting the result gives the lines back.
      expect({ lines: Array.from({ length: after.count }, (_, i) => after.lineAt(i)), ended: after.endsWithTerminator }).toEqual({
        lines: wanted,
        ended: true,
      });
    }
  });

  test("a patch without changes changes nothing but a missing final terminator", () => {
    const random = createRandom(3);
    for (let round = 0; round < 1_000; round++) {
      const file = splitLines(randomText(random));
      const lines = Array.from({ length: file.count }, (_, i): PatchLine => ({ kind: "context", text: file.lineAt(i) }));
      if (lines.length === 0) continue;
      const edits = planEdits(file, [{ header: undefined, lines, endOfFile: random.chance(0.5) }], "f");
      expect(applyEdits(file, edits).toString()).toBe(file.text + (file.endsWithTerminator ? "" : file.terminator));
    }
  });

  test("hunks replayed on the old lines give the new lines, and their counts are the edit's", () => {
    const random = createRandom(4);
    for (let round = 0; round < 1_000; round++) {
      const file = splitLines(randomText(random, 60));
      const { chunks } = randomEdit(random, file.text, 0.05);
      if (chunks[0]?.lines.every((line) => line.kind === "add")) continue;
      const edits = planEdits(file, chunks, "f");
      const after = splitLines(applyEdits(file, edits));
      const diff = diffOfEdits(file, edits);
      const replayed: string[] = [];
      let position = 0;
      for (const hunk of diff.hunks) {
        const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
        while (position < start) replayed.push(file.lineAt(position++));
        expect(replayed.length).toBe(hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1);
        for (const line of hunk.lines) {
          if (!line.startsWith("+")) expect(file.lineAt(position++)).toBe(line.slice(1));
          if (!line.startsWith("-")) replayed.push(line.slice(1));
        }
      }
      while (position < file.count) replayed.push(file.lineAt(position++));
      const signs = diff.hunks.flatMap((hunk) => hunk.lines.map((line) => line.charAt(0)));
      expect({ replayed, added: diff.added, removed: diff.removed }).toEqual({
        replayed: Array.from({ length: after.count }, (_, i) => after.lineAt(i)),
        added: signs.filter((sign) => sign === "+").length,
        removed: signs.filter((sign) => sign === "-").length,
      });
    }
  });

  test("any text either parses or is an invalid_patch with a sentence", () => {
    const random = createRandom(5);
    const pieces = [
      "*** Begin Patch",
      "*** End Patch",
      "*** Add File: f",
      "*** Update File: f",
      "*** Delete File: f",
      "*** Move to: g",
      "*** End of File",
      "@@",
      "@@ a",
      "+a",
      "-a",
      " a",
      "",
      "  ",
      "a",
      "<<EOF",
      "EOF",
      "\0",
      "\uD800",
    ] as const;
    let parsed = 0;
    for (let round = 0; round < 5_000; round++) {
      const inner = Array.from({ length: random.int(8) }, () => random.pick(pieces));
      const text = (random.chance(0.8) ? ["*** Begin Patch", ...inner, "*** End Patch"] : inner).join(random.pick(["\n", "\r\n"]));
      try {
        parsed += parsePatch(text).operations.length;
      } catch (error) {
        expect(error).toBeInstanceOf(SpindleError);
        expect(error).toMatchObject({ code: "invalid_patch", message: expect.stringMatching(/\S/) });
      }
    }
    expect(parsed).toBeGreaterThan(50);
  });

  test("the tool and the command leave the same files for patches that name each file once", async () => {
    const random = createRandom(6);
    let applied = 0;
    for (let round = 0; round < 60; round++) {
      const names = ["f", "g", "d/h"];
      const before = Object.fromEntries(names.map((name) => [name, randomText(random)]));
      const body = names.flatMap((name) => {
        const kind = random.int(10);
        if (kind === 0) return [`*** Delete File: ${name}`];
        if (kind === 1) return [`*** Add File: ${name}`, "+new"];
        const file = splitLines(before[name] ?? "");
        const at = random.int(Math.max(1, file.count));
        return [
          `*** Update File: ${name}`,
          ...(kind === 2 ? [`*** Move to: moved/${name}`] : []),
          "@@",
          `-${random.chance(0.1) ? "nowhere" : file.lineAt(at)}`,
          `+${random.pick(words)}`,
        ];
      });
      const patch = ["*** Begin Patch", ...body, "*** End Patch"].join("\n");
      const [forTool, forCommand] = [tempFolder(), tempFolder()];
      for (const folder of [forTool, forCommand]) fillFolder(folder, { files: before });
      const command = await runApplyPatchCli({ args: [patch], stdin: inputOf(""), cwd: forCommand });
      const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
      const outcome = await tool.run({ patch }, toolContext(forTool)).then(
        () => "applied",
        (error: unknown) => (error instanceof SpindleError ? error.message : String(error)),
      );
      if (command.exitCode === 0) {
        applied++;
        expect([outcome, readFolder(forTool)]).toEqual(["applied", readFolder(forCommand)]);
      } else {
        expect([outcome, readFolder(forTool).files]).toEqual([
          `apply_patch verification failed: ${command.stderr.trimEnd().replaceAll(forCommand, forTool)}`.trimEnd(),
          before,
        ]);
      }
    }
    expect(applied).toBeGreaterThan(10);
  });
});
