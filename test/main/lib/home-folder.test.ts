import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { guardedFolderOf } from "../../../src/main/lib/git-folder.ts";
import { holdsStartup } from "../../../src/main/lib/home-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
afterEach(() => vi.unstubAllEnvs());

test("in a project that is or holds the home folder, its dot files are guarded; in any other they are ordinary", () => {
  const home = tempFolder();
  vi.stubEnv("HOME", home);
  const inside = path.join(home, "project");
  expect([home, path.dirname(home), inside].map(holdsStartup)).toEqual([true, true, false]);
  const file = (...names: readonly string[]): string => path.join(home, ...names);
  expect(
    [file(".bashrc"), file(".config", "autostart", "x.desktop"), file("notes"), file("project", ".env")].map((one) =>
      guardedFolderOf(home, one),
    ),
  ).toEqual([".bashrc", ".config", null, null]);
  expect(guardedFolderOf(inside, path.join(inside, ".bashrc"))).toBe(null);
});
