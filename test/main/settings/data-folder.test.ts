import { existsSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { dataFolder, makeDataFolder } from "../../../src/main/settings/data-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

it("SPINDLE_HOME decides, and an empty one counts as not set", () => {
  expect(dataFolder({ SPINDLE_HOME: "/a/b" })).toBe("/a/b");
  for (const env of [{}, { SPINDLE_HOME: "" }, { SPINDLE_HOME: "  " }]) expect(dataFolder(env)).toBe(path.join(homedir(), ".spindle"));
});

it("the data folder is made privately with its parents; one that cannot be made is a clear error at once", () => {
  const folder = tempFolder();
  const home = path.join(folder, "a", "b");
  makeDataFolder(home);
  makeDataFolder(home);
  expect([existsSync(home), statSync(home).mode & 0o777]).toEqual([true, 0o700]);
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  for (const impossible of [file, path.join(file, "below"), "/proc/nowhere/deep"]) {
    expect(() => makeDataFolder(impossible)).toThrow(
      expect.objectContaining({
        code: "io_error",
        message: expect.stringContaining(impossible),
        hint: expect.stringContaining("SPINDLE_HOME"),
      }),
    );
  }
});
