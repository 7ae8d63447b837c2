import { createRequire } from "node:module";
import path from "node:path";
import type { ShellFiles } from "./shell/inspect.ts";

/** Absolute path of QuickJS's WebAssembly file, as its package ships it. */
export function quickjsWasmFile(): string {
  return createRequire(__filename).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
}

/** What reads commands: the built worker in `mainFolder`, and WebAssembly as its packages ship it. */
export function shellFiles(mainFolder: string): ShellFiles {
  const { resolve } = createRequire(__filename);
  return {
    worker: path.join(mainFolder, "shell-worker.cjs"),
    engine: resolve("web-tree-sitter/web-tree-sitter.wasm"),
    grammar: resolve("tree-sitter-bash/tree-sitter-bash.wasm"),
  };
}
