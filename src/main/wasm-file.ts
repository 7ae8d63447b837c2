import { createRequire } from "node:module";

/** Absolute path of QuickJS's WebAssembly file, as its package ships it. */
export function quickjsWasmFile(): string {
  return createRequire(__filename).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
}
