import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { build } from "vite";

/** A file of this folder as a program that plain Node runs (Node 20 does not run TypeScript); gives its path. */
export function useBundle(name: string): () => string {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spindle-bundle-"));
    await build({
      configFile: false,
      logLevel: "silent",
      ssr: { noExternal: true },
      build: {
        ssr: path.resolve(import.meta.dirname, `${name}.ts`),
        outDir: folder,
        target: "node20",
        minify: false,
        rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
      },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => path.join(folder, `${name}.mjs`);
}
