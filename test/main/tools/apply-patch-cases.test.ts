import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runApplyPatchCli } from "../../../src/main/tools/apply-patch/cli.ts";
import { patchCases } from "../../golden/apply-patch-cases.ts";
import { fillFolder, inputOf, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

describe("apply-patch command, own cases", () => {
  test.each(patchCases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const root = tempFolder();
    const bytes = Object.fromEntries(Object.entries(one.beforeBytes ?? {}).map(([name, values]) => [name, Uint8Array.from(values)]));
    fillFolder(root, { files: { ...one.before, ...bytes }, links: one.links ?? {} });
    const before = readFolder(root);
    const outcome = await runApplyPatchCli({ args: [], stdin: inputOf(one.patch), cwd: root });
    const list = one.list?.map((line) => `${line}\n`).join("");
    expect({ ...outcome, files: readFolder(root).files }).toEqual({
      exitCode: list === undefined ? 1 : 0,
      stdout: list === undefined ? "" : `Success. Updated the following files:\n${list}`,
      stderr: one.error === undefined ? "" : `${one.error.replaceAll("{ROOT}", root)}\n`,
      files: one.after ?? before.files,
    });
  });

  test("there are at least 60 of them, all with different names", () => {
    const names = new Set(patchCases.map((one) => one.name));
    expect({ enough: names.size >= 60, names: names.size }).toEqual({ enough: true, names: patchCases.length });
  });
});

describe("apply-patch command, use", () => {
  test.each([
    ["no patch at all", [], "", 2, "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n"],
    ["two arguments", ["a", "b"], "", 2, "Error: apply_patch accepts exactly one argument.\n"],
    ["an empty argument", [""], "", 1, "Invalid patch: The last line of the patch must be '*** End Patch'\n"],
    ["a flag is a patch", ["--help"], "", 1, "Invalid patch: The first line of the patch must be '*** Begin Patch'\n"],
    [
      "input that is not UTF-8",
      [],
      Uint8Array.of(0x2a, 0xff),
      1,
      "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8\n",
    ],
    [
      "a NUL in a path",
      [],
      "*** Begin Patch\n*** Delete File: a\0b\n*** End Patch",
      1,
      `'a\0b' is invalid on '${process.platform === "darwin" ? "macos" : process.platform}'\n`,
    ],
  ] as const)("%s", async (_, args, stdin, exitCode, stderr) => {
    expect(await runApplyPatchCli({ args, stdin: inputOf(stdin), cwd: tempFolder() })).toEqual({ exitCode, stdout: "", stderr });
  });

  test("the executable bit survives a move, to a new file and over an old one", async () => {
    const root = tempFolder();
    fillFolder(root, { files: { a: "1\n", b: "1\n", old: "0\n" }, modes: { a: "755", b: "750", old: "644" } });
    const patch = "*** Begin Patch\n*** Update File: a\n*** Move to: new\n 1\n*** Update File: b\n*** Move to: old\n 1\n*** End Patch";
    const outcome = await runApplyPatchCli({ args: [patch], stdin: inputOf(""), cwd: root });
    expect([outcome.exitCode, readFolder(root).modes]).toEqual([0, { new: "755", old: "754" }]);
  });
});

const map = z.record(z.string(), z.string()).optional();
const sharedCases = z.array(
  z.object({
    name: z.string(),
    patch: z.string().nullable(),
    patchBase64: z.string().optional(),
    via: z.literal("argv").optional(),
    before: map,
    after: map,
    beforeLinks: map,
    afterLinks: map,
    beforeModes: map,
    afterModes: map,
    afterEmptyDirs: z.array(z.string()).optional(),
    outsideBefore: map,
    outsideAfter: map,
    exitCode: z.number(),
    stdout: z.string(),
    stderr: z.string(),
  }),
);
type SharedCase = z.infer<typeof sharedCases>[number];

/** Where we differ from the original on purpose (docs/tools.md), and what we do instead. */
const differences: Readonly<Record<string, Partial<SharedCase>>> = {
  move_to_same_path_loses_the_file: { after: { "old.txt": Buffer.from("uno\ntwo\n").toString("base64") } },
  exec_bit_on_move: { afterModes: { "run2.sh": "755" } },
};

describe("apply-patch command, cases made by the original program", () => {
  const file = path.resolve(import.meta.dirname, "../../../../shared/cases/apply-patch.json");
  const shared = existsSync(file) ? sharedCases.parse(JSON.parse(readFileSync(file, "utf8"))) : [];

  test(`${shared.length} shared cases and ${patchCases.length} own cases are run`, () => {
    expect({ own: patchCases.length >= 60, shared: existsSync(file) ? shared.length >= 141 : shared.length === 0 }).toEqual({
      own: true,
      shared: true,
    });
  });

  for (const one of shared) {
    test(`${one.name} ends as in the original`, async () => {
      const base = tempFolder();
      const root = path.join(base, "root");
      const outside = path.join(base, "outside");
      for (const folder of [root, outside]) mkdirSync(folder);
      const fill = (text: string): string => text.replaceAll("$ROOT", root).replaceAll("$OUTSIDE", outside);
      fillFolder(root, { files: decoded(one.before), links: one.beforeLinks ?? {}, modes: one.beforeModes ?? {} });
      fillFolder(outside, { files: decoded(one.outsideBefore) });
      const patch = one.patchBase64 === undefined ? Buffer.from(fill(one.patch ?? "")) : Buffer.from(one.patchBase64, "base64");
      const outcome = await runApplyPatchCli({ args: one.via === "argv" ? [patch.toString()] : [], stdin: inputOf(patch), cwd: root });
      const wanted = { ...one, ...differences[one.name] };
      const there = readFolder(root, "base64");
      expect({
        ...outcome,
        files: there.files,
        links: there.links,
        modes: Object.fromEntries(Object.keys(wanted.afterModes ?? {}).map((name) => [name, there.modes[name]])),
        emptyFolders: wanted.afterEmptyDirs === undefined ? undefined : there.emptyFolders,
        outside: readFolder(outside, "base64").files,
      }).toEqual({
        exitCode: wanted.exitCode,
        stdout: fill(wanted.stdout),
        stderr: fill(wanted.stderr),
        files: wanted.after ?? {},
        links: wanted.afterLinks ?? {},
        modes: wanted.afterModes ?? {},
        emptyFolders: wanted.afterEmptyDirs,
        outside: wanted.outsideAfter ?? wanted.outsideBefore ?? {},
      });
    });
  }
});

function decoded(files: Readonly<Record<string, string>> | undefined): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files ?? {}).map(([name, base64]) => [name, Buffer.from(base64, "base64")]));
}
