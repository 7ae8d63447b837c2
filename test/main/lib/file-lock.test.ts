import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { lockFile } from "../../../src/main/lib/file-lock.ts";
import { isAlive, processIdentity } from "../../../src/main/lib/process-identity.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const nobody = { pid: 2 ** 22 + 1, startTime: "1" };

test("a lock is held until it is freed, and leaves nothing behind", () => {
  const file = path.join(tempFolder(), "deep", "lock");
  const release = lockFile(file);
  expect({ mine: JSON.parse(readFileSync(file, "utf8")) as unknown, second: lockFile(file) }).toEqual({
    mine: processIdentity(),
    second: processIdentity(),
  });
  if (typeof release !== "function") throw new Error("The lock was not given.");
  release();
  const again = lockFile(file);
  expect(typeof again).toBe("function");
  if (typeof again === "function") again();
  expect(readdirSync(path.dirname(file))).toEqual([]);
});

test.each([
  ["of a process that is gone", JSON.stringify(nobody)],
  ["of a process whose number another one has now", JSON.stringify({ pid: process.pid, startTime: "1" })],
  ["that is empty", ""],
  ["that is no JSON", "{"],
  ["that names nobody", "{}"],
])("a lock %s is taken over", (_what, text) => {
  const file = path.join(tempFolder(), "lock");
  writeFileSync(file, text);
  const release = lockFile(file);
  expect({
    given: typeof release,
    owner: JSON.parse(readFileSync(file, "utf8")) as unknown,
    files: readdirSync(path.dirname(file)),
  }).toEqual({ given: "function", owner: processIdentity(), files: ["lock"] });
});

test("a lock of another living process is respected, and free once that process was killed", async () => {
  const file = path.join(tempFolder(), "lock");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('up')"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const owner = processIdentity(child.pid);
    writeFileSync(file, JSON.stringify(owner));
    expect(lockFile(file)).toEqual(owner);
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  expect(typeof lockFile(file)).toBe("function");
});

test("of many processes that want a stale lock at once exactly one gets it", async () => {
  const folder = tempFolder();
  const file = path.join(folder, "lock");
  const source = path.resolve(import.meta.dirname, "../../../src/main/lib/file-lock.ts");
  const strip = path.resolve(import.meta.dirname, "../../support/strip-types.mjs");
  writeFileSync(file, JSON.stringify(nobody));
  const code = `import { existsSync } from "node:fs"; const { lockFile } = await import(${JSON.stringify(source)}); console.log("up"); while (!existsSync(${JSON.stringify(path.join(folder, "go"))})); console.log(typeof lockFile(${JSON.stringify(file)})); setInterval(() => {}, 1000);`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--import", strip, "--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  try {
    const answers = children.map(async (child) => {
      let text = "";
      for await (const chunk of child.stdout) {
        text += String(chunk);
        if (text.split("\n").length > 2) return text.split("\n")[1] ?? "";
      }
      return text;
    });
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    writeFileSync(path.join(folder, "go"), "");
    expect((await Promise.all(answers)).sort()).toEqual(["function", "object", "object", "object"]);
    expect(readdirSync(folder).sort()).toEqual(["go", "lock"]);
  } finally {
    await Promise.all(
      children.map(async (child) => {
        child.kill("SIGKILL");
        await once(child, "exit");
      }),
    );
  }
});

test("identity: this process lives; a dead number, and a number with another start, do not", () => {
  expect([
    isAlive(processIdentity() ?? nobody),
    isAlive(nobody),
    isAlive({ pid: process.pid, startTime: "0" }),
    processIdentity(nobody.pid),
  ]).toEqual([true, false, false, null]);
  expect(existsSync(`/proc/${process.pid}`)).toBe(true);
});
