import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { guardedFolderOf } from "../../../src/main/lib/git-folder.ts";
import { holdsStartup, homeFolder } from "../../../src/main/lib/home-folder.ts";
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
  expect(["/etc/profile", file("Desktop", "x.desktop"), "/srv/x"].map((one) => guardedFolderOf("/", one))).toEqual([
    "/etc",
    "Desktop",
    null,
  ]);
});

test("so are the files of a project that is, holds or lies in a place that sessions start with", () => {
  const home = tempFolder();
  vi.stubEnv("HOME", home);
  const at = (...names: readonly string[]): string => path.join(home, ...names);
  expect([at("bin"), at(".config"), at(".config", "systemd", "user"), at(".config", "nvim")].map(holdsStartup)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(guardedFolderOf(at("bin"), at("bin", "ls"))).toBe("bin");
  expect(guardedFolderOf(at(".config"), at(".config", "autostart", "x.desktop"))).toBe(path.join(".config", "autostart"));
  expect(guardedFolderOf(at(".config"), at(".config", "nvim", "init.lua"))).toBe(null);
});

test("an empty HOME does not make the present folder the home", () => {
  vi.stubEnv("HOME", "");
  expect(homeFolder()).not.toBe(process.cwd());
});
