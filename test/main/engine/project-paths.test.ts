import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createProjectPaths } from "../../../src/main/engine/project-paths.ts";
import { fillFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test("lists what git would see, in order, and looks again when the list is old", async () => {
  const root = tempFolder();
  fillFolder(root, {
    files: {
      ".gitignore": "out/\n",
      "b.ts": "",
      "a dir/ä.txt": "",
      "out/built.js": "",
      "node_modules/x/index.js": "",
      ".github/ci.yml": "",
    },
  });
  mkdirSync(path.join(root, ".git"));
  writeFileSync(path.join(root, ".git", "HEAD"), "ref: refs/heads/main\n");
  let now = 1_000;
  const paths = createProjectPaths(() => now);
  const first = await paths.list(root);
  expect(first.text.split("\0")).toEqual([".github/ci.yml", ".gitignore", "a dir/ä.txt", "b.ts"]);
  expect(first).toMatchObject({ count: 4, complete: true });

  writeFileSync(path.join(root, "new.ts"), "");
  expect(await paths.list(root)).toBe(first);
  now += 3_000;
  const second = await paths.list(root);
  expect(second.count).toBe(5);
  expect(second.stamp).not.toBe(first.stamp);
  now += 3_000;
  expect((await paths.list(root)).stamp).toBe(second.stamp);
});

test("a folder that is gone fails, and the next question tries again", async () => {
  const root = path.join(tempFolder(), "gone");
  const paths = createProjectPaths();
  await expect(paths.list(root)).rejects.toMatchObject({ code: "command_not_started" });
  mkdirSync(root);
  writeFileSync(path.join(root, "a.ts"), "");
  expect((await paths.list(root)).text).toBe("a.ts");
  rmSync(root, { recursive: true });
});
