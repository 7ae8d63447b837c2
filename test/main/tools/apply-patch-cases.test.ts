import { describe, expect, test } from "vitest";
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
