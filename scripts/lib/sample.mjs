// Copies of resources/sample-project to play with.
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { root } from "./paths.mjs";

/** The project itself; never written to. */
export const sampleProject = join(root, "resources", "sample-project");

/**
 * Copies the sample project with its one development dependency, as `npm install` would leave it. The dependency is
 * copied, not linked, so that it is readable inside any command sandbox.
 * @param {string} target Created.
 */
export function copySample(target) {
  cpSync(sampleProject, target, { recursive: true, filter: (source) => !source.includes(`${sep}sample-project${sep}node_modules`) });
  const from = join(root, "node_modules");
  const to = join(target, "node_modules");
  mkdirSync(join(to, "@oxc-transform"), { recursive: true });
  cpSync(join(from, "oxc-transform"), join(to, "oxc-transform"), { recursive: true, filter: (source) => !source.endsWith(".wasm") });
  for (const binding of existsSync(join(from, "@oxc-transform")) ? readdirSync(join(from, "@oxc-transform")) : []) {
    cpSync(join(from, "@oxc-transform", binding), join(to, "@oxc-transform", binding), { recursive: true });
  }
}
