import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../../src/main/lib/find-program.ts";
import { createSandbox } from "../../../src/main/sandbox/create-sandbox.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const system = process.env["PATH"] ?? "";

/** A project whose `bin` is in front on PATH and has a program that starts the real one. */
async function sandboxWith(name: string, how: "in it" | "link" | "known") {
  const root = realpathSync(tempFolder());
  const project = path.join(root, "project");
  const bin = how === "link" ? path.join(root, "bin") : path.join(project, "bin");
  for (const folder of [path.join(project, "bin"), bin, path.join(root, "data")]) mkdirSync(folder, { recursive: true });
  const file = path.join(project, "bin", name);
  writeFileSync(file, `#!/bin/sh\nexec ${findProgram(name, system)} "$@"\n`);
  chmodSync(file, 0o755);
  if (how === "link") symlinkSync(file, path.join(bin, name));
  const sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: `${bin}:${system}`,
    secretFolders: [],
    dataFolder: path.join(root, "data"),
    tmpFolder: path.join(root, "tmp"),
    ...(how === "known" ? { projects: [project] } : {}),
  });
  const wrap = (folder: string) =>
    sandbox.wrap(["/bin/true"], { level: "read-only", projectRoot: folder, writableFolders: [], reach: "nothing", cwd: folder, env: {} });
  return { root, project, bin, wrap };
}

test.each([
  ["bwrap", "in it"],
  ["bwrap", "link"],
  ["prlimit", "in it"],
  ["perl", "in it"],
] as const)("a project's own %s (%s) does not set up its sandbox", async (name, how) => {
  const { root, project, bin, wrap } = await sandboxWith(name, how);
  await expect(wrap(project)).rejects.toMatchObject({
    code: "sandbox_unavailable",
    message: expect.stringContaining(path.join(bin, name)),
  });
  mkdirSync(path.join(root, "other"));
  expect((await wrap(path.join(root, "other"))).argv).toContain("/bin/true");
});

test("of a project that is known the next program on PATH is taken", async () => {
  const { project, wrap } = await sandboxWith("bwrap", "known");
  expect((await wrap(project)).argv[0]).toBe(findProgram("bwrap", system));
});
