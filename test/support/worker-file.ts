import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "vite";

const root = path.resolve(import.meta.dirname, "../..");
const harness = path.join(root, "src/main/harness");
const folder = path.join(root, "node_modules/.cache/spindle-worker");
let building: Promise<string> | undefined;

/** What `createHarness` needs in a test: the worker built from the sources as they are now, and QuickJS's WASM. */
export async function harnessFiles(): Promise<{ readonly workerFile: string; readonly wasmFile: string }> {
  building ??= buildWorker();
  return { workerFile: await building, wasmFile: createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm") };
}

/** One self-contained file per state of the sources, shared by all test processes. */
async function buildWorker(): Promise<string> {
  const sources = (await readdir(harness, { recursive: true })).filter((name) => /\.(?:ts|js)$/.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of sources) hash.update(name).update(await readFile(path.join(harness, name)));
  const file = path.join(folder, `worker-${hash.digest("hex").slice(0, 16)}.cjs`);
  if (existsSync(file)) return file;
  const result = await build({
    root,
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true },
    build: {
      ssr: path.join(harness, "worker.ts"),
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
