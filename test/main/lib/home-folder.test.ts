import { mkdirSync, symlinkSync } from "node:fs";
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

test("links of the home folder count as what they lead to", () => {
  const home = tempFolder();
  vi.stubEnv("HOME", home);
  const at = (...names: readonly string[]): string => path.join(home, ...names);
  for (const folder of [
    "dotfiles/bin",
    "dotfiles/config/autostart",
    "data/Desktop",
    "shells",
    "units",
    "scratch/work",
    ".config/systemd/user",
  ])
    mkdirSync(at(folder), { recursive: true });
  symlinkSync(at("dotfiles/bin"), at("bin"));
  symlinkSync("shells/bashrc", at(".bashrc"));
  symlinkSync(at("data/Desktop"), at("Desktop"));
  symlinkSync(at("units/x.service"), at(".config/systemd/user/x.service"));
  symlinkSync(at("scratch"), at(".cache"));
  symlinkSync(".round", at(".round"));
  expect(["dotfiles", "dotfiles/bin", "shells", "data", "units", "scratch"].map((name) => holdsStartup(at(name)))).toEqual(
    Array(6).fill(true),
  );
  expect(["dotfiles/config", "scratch/work", "code"].map((name) => holdsStartup(at(name)))).toEqual([false, false, false]);
  expect(guardedFolderOf(at("shells"), at("shells/bashrc"))).toBe(".bashrc");
  expect(guardedFolderOf(at("dotfiles"), at("dotfiles/bin/x"))).toBe("bin");
  expect(guardedFolderOf(at("shells"), at("shells/notes"))).toBe(null);
});

test("a place in a linked folder counts before it is there", () => {
  const home = tempFolder();
  vi.stubEnv("HOME", home);
  mkdirSync(path.join(home, "dots/config"), { recursive: true });
  symlinkSync("dots/config", path.join(home, ".config"));
  expect(holdsStartup(path.join(home, "dots"))).toBe(true);
  expect(guardedFolderOf(path.join(home, "dots"), path.join(home, "dots/config/autostart/x.desktop"))).toBe(".config/autostart");
});
