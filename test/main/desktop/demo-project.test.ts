import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyDemoProject } from "../../../src/main/desktop/demo-project.ts";

let folder = "";
beforeEach(() => (folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spindle-demo-test-")))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the Demo is a new folder each time, with what its tests need, and nothing that was there is touched", async () => {
  mkdirSync(path.join(folder, "spindle-demo"));
  writeFileSync(path.join(folder, "spindle-demo", "mine.txt"), "mine");
  const second = await copyDemoProject(process.cwd(), folder);
  const third = await copyDemoProject(process.cwd(), folder);
  expect([second, third]).toEqual([path.join(folder, "spindle-demo-2"), path.join(folder, "spindle-demo-3")]);
  expect(readdirSync(path.join(folder, "spindle-demo"))).toEqual(["mine.txt"]);
  expect(readFileSync(path.join(second, "package.json"), "utf8")).toBe(readFileSync("resources/sample-project/package.json", "utf8"));
  expect(existsSync(path.join(second, "node_modules", "oxc-transform", "package.json"))).toBe(true);
});

test("a temporary one is in a folder of its own; a place that is not there is said", async () => {
  const made = await copyDemoProject(process.cwd(), null);
  try {
    expect(made.startsWith(realpathSync(tmpdir()))).toBe(true);
    expect(path.basename(made)).toBe("spindle-demo");
  } finally {
    rmSync(path.dirname(made), { recursive: true, force: true });
  }
  await expect(copyDemoProject(process.cwd(), path.join(folder, "gone"))).rejects.toMatchObject({ code: "not_found" });
});
