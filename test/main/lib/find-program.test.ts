import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../../src/main/lib/find-program.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test("a program is found on absolute folders of PATH, but never one that a project brings", () => {
  const base = tempFolder();
  const program = (folder: string, mode = 0o755): string => {
    mkdirSync(path.join(base, folder), { recursive: true });
    writeFileSync(path.join(base, folder, "tool"), "");
    chmodSync(path.join(base, folder, "tool"), mode);
    return path.join(base, folder);
  };
  const own = program("project/bin");
  const npm = program("other/node_modules/.bin");
  const plain = program("no-program", 0o644);
  const system = program("usr/bin");
  const linked = path.join(base, "linked");
  mkdirSync(linked);
  symlinkSync(path.join(own, "tool"), path.join(linked, "tool"));
  const find = (folders: readonly string[], outside?: readonly string[]) => findProgram("tool", folders.join(path.delimiter), outside);
  expect(find([".", "", "bin", npm, `${npm}/`, plain, "/nowhere", system])).toBe(path.join(system, "tool"));
  expect(find([own, linked, system], ["/nowhere", path.join(base, "project")])).toBe(path.join(system, "tool"));
  expect(find([own])).toBe(path.join(own, "tool"));
  expect(find([npm, plain])).toBeUndefined();
});
