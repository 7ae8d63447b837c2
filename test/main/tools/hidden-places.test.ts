import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { grepFilesTool } from "../../../src/main/tools/grep-files.ts";
import { listDirTool } from "../../../src/main/tools/list-dir.ts";
import { readFileTool } from "../../../src/main/tools/read-file.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
let home: string;
beforeEach(() => {
  home = tempFolder();
  for (const folder of [".ssh", "work"]) mkdirSync(path.join(home, folder));
  writeFileSync(path.join(home, ".ssh", "key"), "needle key\n");
  writeFileSync(path.join(home, "work", "a"), "needle\n");
});

type Overrides = Parameters<typeof toolContext>[1];

/** A context whose sandbox hides `.ssh`. */
function ctx(overrides: Overrides = {}): ReturnType<typeof toolContext> {
  const context = toolContext(home, overrides);
  return { ...context, sandbox: { ...context.sandbox, hidden: () => [path.join(home, ".ssh")] } };
}

const patch = (...lines: readonly string[]): { patch: string } => ({
  patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n"),
});

describe("a project that holds a place of keys", () => {
  test("readFile refuses what is in it, says what to do, and reads what is beside it", async () => {
    await expect(readFileTool.run({ path: ".ssh/key" }, ctx())).rejects.toMatchObject({
      code: "permission_denied",
      message: ".ssh/key is a place of keys or of Spindle's own data, which tools do not read.",
      hint: "The person can attach the file if it has to be read.",
    });
    expect((await readFileTool.run({ path: "work/a" }, ctx())).text).toBe("L1: needle");
  });

  test("listDir names it and nothing in it", async () => {
    const { text } = await listDirTool.run({ depth: 3 }, ctx());
    expect(text.split("\n").slice(1)).toEqual([".ssh/", "work/", "  a", "Could not be read: .ssh/"]);
    await expect(listDirTool.run({ path: ".ssh" }, ctx())).rejects.toMatchObject({ code: "permission_denied" });
  });

  test("grepFiles does not search it, also when hidden files are asked for by name", async () => {
    mkdirSync(path.join(home, "work", "keys"));
    writeFileSync(path.join(home, "work", "keys", "k"), "needle secret\n");
    const hiding = { ...ctx().sandbox, hidden: () => [path.join(home, "work", "keys")] };
    const { result } = await grepFilesTool.run({ pattern: "needle" }, { ...ctx(), sandbox: hiding });
    expect(result).toEqual({
      files: ["work/a"],
      matches: [{ path: "work/a", line: 1, text: "needle" }],
      matchCount: 1,
      truncated: false,
    });
    await expect(grepFilesTool.run({ pattern: "needle", path: ".ssh/key" }, ctx())).rejects.toMatchObject({ code: "permission_denied" });
  });

  test.each([
    ["added to", ["*** Add File: .ssh/authorized_keys", "+mine"]],
    ["updated", ["*** Update File: .ssh/key", "@@", "-needle key", "+mine"]],
    ["moved out of", ["*** Update File: .ssh/key", "*** Move to: work/key", "@@", " needle key", "+more"]],
    ["deleted", ["*** Delete File: .ssh/key"]],
  ])("a patch does not touch it: %s", async (_, lines) => {
    const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
    await expect(tool.run(patch(...lines), ctx())).rejects.toMatchObject({ code: "permission_denied" });
    expect(readFileSync(path.join(home, ".ssh", "key"), "utf8")).toBe("needle key\n");
  });

  test("what the person attached is read, and all at level full", async () => {
    const attached = await readFileTool.run({ path: ".ssh/key" }, ctx({ readGrants: [path.join(home, ".ssh", "key")] }));
    const full = await readFileTool.run({ path: ".ssh/key" }, ctx({ sandboxLevel: "full" }));
    expect([attached.text, full.text]).toEqual(["L1: needle key", "L1: needle key"]);
  });

  test("a folder that was attached does not open the place of keys in it", async () => {
    const project = path.join(home, "work");
    const context = { ...ctx({ readGrants: [home] }), projectRoot: project };
    await expect(readFileTool.run({ path: "../.ssh/key" }, context)).rejects.toMatchObject({ code: "permission_denied" });
  });

  test("a project inside it is open", async () => {
    const context = { ...ctx(), projectRoot: path.join(home, ".ssh") };
    expect((await readFileTool.run({ path: "key" }, context)).text).toBe("L1: needle key");
  });
});
