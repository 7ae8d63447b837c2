import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";

/**
 * Everything in main is CommonJS: an Electron that loads its entry with `require` must reach
 * `registerSchemesAsPrivileged` before `ready`. Targets name the oldest runtime we run on (Electron 33, Node 20.18).
 */
const node = { target: "node20.18", sourcemap: true, minify: false, reportCompressedSize: false } as const;
const names = { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "chunks/[name]-[hash].cjs" } as const;

export default defineConfig({
  main: {
    build: {
      ...node,
      rollupOptions: {
        input: { index: "src/main/index.ts", cli: "src/main/cli.ts", worker: "src/main/harness/worker.ts", broker: "src/main/runner/broker.ts" },
        output: names,
      },
    },
  },
  preload: {
    build: { ...node, externalizeDeps: false, rollupOptions: { input: { index: "src/preload/index.ts" }, output: names } },
  },
  renderer: {
    root: "src/renderer",
    plugins: [react(), tailwindcss()],
    build: { target: "chrome130", sourcemap: false, reportCompressedSize: false, rollupOptions: { input: "src/renderer/index.html" } },
  },
});
