import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fuses, readFuses, setFuses } from "../../scripts/lib/fuses.mjs";

/** A copy of Electron around an application that says that it ran, in an archive as a packaged one. */
let base: string;
let electron: string;
beforeAll(() => {
  const original = process.env["SPINDLE_TEST_ELECTRON"] ?? "";
  base = mkdtempSync(path.join(tmpdir(), "spindle-fuses-"));
  electron = path.join(base, path.basename(original));
  // Only the executable is changed; the rest may be looked at where it is.
  for (const name of readdirSync(path.dirname(original)))
    if (name !== path.basename(original) && name !== "resources")
      symlinkSync(path.join(path.dirname(original), name), path.join(base, name));
  execFileSync("cp", ["--reflink=auto", original, electron]);
  const says = (what: string): string => `console.log(${JSON.stringify(what)}); require("electron").app.exit(0);`;
  mkdirSync(path.join(base, "resources/app"), { recursive: true });
  writeArchive(path.join(base, "resources/app.asar"), {
    "package.json": '{"name":"x","main":"main.js"}',
    "main.js": says("the archive ran"),
  });
  writeFileSync(path.join(base, "resources/app/package.json"), '{"name":"x","main":"main.js"}');
  writeFileSync(path.join(base, "resources/app/main.js"), says("the folder ran"));
  writeFileSync(path.join(base, "preload.cjs"), 'console.log("NODE_OPTIONS ran");');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Everything one start says. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const ended = spawnSync(electron, args, { env: { ...process.env, ...env, TMPDIR: base }, encoding: "utf8", timeout: 15_000 });
  return `${ended.stdout}${ended.stderr}`;
}

/** What whoever starts the program, or writes beside it, gets it to do. */
function takeOver() {
  const flags = (process.env["SPINDLE_TEST_ELECTRON_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const usual = [...flags, `--user-data-dir=${path.join(base, "profile")}`, "--disable-gpu"];
  const archive = path.join(base, "resources/app.asar");
  const asNode = start(["-p", "'Node ' + 'ran'"], { ELECTRON_RUN_AS_NODE: "1" });
  const withOptions = start(usual, { NODE_OPTIONS: `--require=${path.join(base, "preload.cjs")}` });
  const inspected = start([...usual, "--inspect=127.0.0.1:0"]);
  renameSync(archive, `${archive}.away`);
  const folder = start(usual);
  renameSync(`${archive}.away`, archive);
  return {
    asNode: asNode.includes("Node ran"),
    options: withOptions.includes("NODE_OPTIONS ran"),
    inspector: inspected.includes("Debugger listening"),
    folder: folder.includes("the folder ran"),
    application: [withOptions, inspected].every((said) => said.includes("the archive ran")),
  };
}

test("a packaged application is no Node, takes no NODE_OPTIONS, no --inspect and no code in the place of its archive", async () => {
  const opposite = Object.fromEntries(Object.entries(fuses).map(([name, on]) => [name, !on]));
  await setFuses(electron, { ...opposite, EnableCookieEncryption: false, LoadBrowserProcessSpecificV8Snapshot: false });
  expect(takeOver()).toEqual({ asNode: true, options: true, inspector: true, folder: true, application: true });

  await setFuses(electron);
  expect(takeOver()).toEqual({ asNode: false, options: false, inspector: false, folder: false, application: true });
  // The Electron these tests run in has every switch that is declared.
  expect(await readFuses(electron)).toEqual(fuses);
});

/** An archive as Electron reads it: a header in two counted frames, then the files. */
function writeArchive(file: string, contents: Readonly<Record<string, string>>): void {
  let offset = 0;
  const files = Object.fromEntries(
    Object.entries(contents).map(([name, text]) => {
      const entry = { size: Buffer.byteLength(text), offset: String(offset) };
      offset += entry.size;
      return [name, entry];
    }),
  );
  const json = Buffer.from(JSON.stringify({ files }));
  const padded = Math.ceil(json.length / 4) * 4;
  const head = Buffer.alloc(16 + padded);
  for (const [index, value] of [4, padded + 8, padded + 4, json.length].entries()) head.writeUInt32LE(value, index * 4);
  json.copy(head, 16);
  writeFileSync(file, Buffer.concat([head, ...Object.values(contents).map((text) => Buffer.from(text))]));
}
