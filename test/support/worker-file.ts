import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "vite";
import type { ShellFiles } from "../../src/main/shell/inspect.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { resolve } = createRequire(import.meta.url);
let harnessWorker: Promise<string> | undefined;
let shellWorker: Promise<string> | undefined;

/** What `createHarness` needs in a test: the worker built from the sources as they are now, and QuickJS's WASM. */
export async function harnessFiles(): Promise<{ readonly workerFile: string; readonly wasmFile: string }> {
  harnessWorker ??= buildWorker("src/main/harness");
  return { workerFile: await harnessWorker, wasmFile: resolve("@jitl/quickjs-wasmfile-release-sync/wasm") };
}

/** What `createShellInspector` needs in a test, likewise. */
export async function shellFiles(): Promise<ShellFiles> {
  shellWorker ??= buildWorker("src/main/shell");
  return {
    worker: await shellWorker,
    engine: resolve("web-tree-sitter/web-tree-sitter.wasm"),
    grammar: resolve("tree-sitter-bash/tree-sitter-bash.wasm"),
  };
}

/** One self-contained file per state of a room's sources, shared by all test processes. */
async function buildWorker(room: string): Promise<string> {
  const source = path.join(root, room);
  const sources = (await readdir(source, { recursive: true })).filter((name) => /\.(?:ts|js)$/.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of sources) hash.update(name).update(await readFile(path.join(source, name)));
  const folder = path.join(root, "node_modules/.cache/spindle-worker", path.basename(room));
  const file = path.join(folder, `worker-${hash.digest("hex").slice(0, 16)}.cjs`);
  if (existsSync(file)) return file;
  const result = await build({
    root,
    configFile: false,
    logLevel: "silent",
    // An ES module that looks for files beside itself: it stays where it is, as in the real bundle.
    ssr: { noExternal: true, external: ["web-tree-sitter"] },
    build: {
      ssr: path.join(source, "worker.ts"),
      write: false,
      target: "node20.18",
      minify: false,
      rollupOptions: { output: { format: "cjs", codeSplitting: false } },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (output === undefined || !("output" in output)) throw new Error("vite built nothing");
  await mkdir(folder, { recursive: true });
  for (const old of await readdir(folder)) if (old !== path.basename(file)) await rm(path.join(folder, old), { force: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, output.output[0].code);
  await rename(part, file);
  return file;
}
