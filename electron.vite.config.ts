import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import type { Plugin } from "vite";

/**
 * Everything in main is CommonJS: an Electron that loads its entry with `require` must reach
 * `registerSchemesAsPrivileged` before `ready`. Targets name the oldest runtime we run on (Electron 33, Node 20.18).
 */
const node = { target: "node20.18", sourcemap: true, minify: false, reportCompressedSize: false } as const;
const names = { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "chunks/[name]-[hash].cjs" } as const;

/**
 * @pierre/diffs falls back to shiki where WebAssembly is off, and then imports all of its grammars: 16 MB on disk. These
 * are the ones we ship; any other file is plain text in that fallback. The default highlighter knows 152 languages.
 */
function fewShikiLanguages(): Plugin {
  const names = [
    "bash",
    "c",
    "css",
    "go",
    "html",
    "java",
    "javascript",
    "json",
    "jsx",
    "markdown",
    "python",
    "rust",
    "sql",
    "toml",
    "tsx",
    "typescript",
    "yaml",
  ];
  const id = "\0few-shiki-languages";
  return {
    name: "few-shiki-languages",
    enforce: "pre",
    resolveId: (source) => (source === "shiki/langs" ? id : null),
    load: (loaded) =>
      loaded === id
        ? `export const bundledLanguages = { ${names.map((name) => `${JSON.stringify(name)}: () => import("@shikijs/langs/${name}")`).join(", ")} };`
        : null,
  };
}

export default defineConfig({
  main: {
    build: {
      ...node,
      rollupOptions: {
        input: {
          index: "src/main/index.ts",
          cli: "src/main/cli.ts",
          worker: "src/main/harness/worker.ts",
          broker: "src/main/runner/broker.ts",
          "shell-worker": "src/main/shell/worker.ts",
        },
        output: names,
      },
    },
  },
  preload: {
    build: { ...node, externalizeDeps: false, rollupOptions: { input: { index: "src/preload/index.ts" }, output: names } },
  },
  renderer: {
    root: "src/renderer",
    plugins: [react(), tailwindcss(), fewShikiLanguages()],
    // Workers are bundled on their own, with their own plugins.
    worker: { format: "es", plugins: () => [fewShikiLanguages()] },
    // Nothing inline: the content security policy allows no data: fonts.
    build: {
      target: "chrome130",
      minify: true,
      assetsInlineLimit: 0,
      sourcemap: false,
      reportCompressedSize: false,
      rollupOptions: { input: "src/renderer/index.html" },
    },
  },
});
