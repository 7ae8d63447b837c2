// Proves that the lint is alive. Type-aware rules fall silent when type packages are missing, and the borders rule when
// its plugin's words change: a clean run would then mean nothing. So a few faults are planted and must be found.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";

/** Path in the planted tree -> its text and what must be found in it. */
const planted = {
  "src/main/lib/floating.ts": {
    text: 'import { writeFile } from "node:fs/promises";\nexport function save(): void {\n  writeFile("a", "b");\n}\n',
    rule: "typescript(no-floating-promises)",
  },
  "src/main/harness/sideways.ts": {
    text: 'import { run } from "../runner/run.ts";\nexport const go = run;\n',
    rule: "boundaries(dependencies)",
  },
  "src/main/runner/run.ts": { text: 'import { app } from "electron";\nexport const run = app;\n', rule: "eslint(no-restricted-imports)" },
  "src/main/unlisted/new.ts": { text: "export const value = 1;\n", rule: "boundaries(no-unknown-files)" },
  "src/renderer/features/one/one.ts": {
    text: 'import { two } from "../two/two.ts";\nexport const one = two;\n',
    rule: "boundaries(dependencies)",
  },
  "src/renderer/features/two/two.ts": { text: 'import { one } from "../one/one.ts";\nexport const two = one;\n', rule: "import(no-cycle)" },
};

const tsconfig = {
  extends: "./tsconfig.base.json",
  compilerOptions: { composite: false, declaration: false, emitDeclarationOnly: false, noEmit: true, types: ["node"] },
  include: ["src"],
};

/** Lints the planted tree with the repository's own rules. Fails when a fault is not found. */
export async function runCanary() {
  const folder = mkdtempSync(join(tmpdir(), "spindle-canary-"));
  try {
    for (const [path, { text }] of Object.entries(planted)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const file of ["oxlint.config.mjs", "tsconfig.base.json", "package.json"]) copyFileSync(join(root, file), join(folder, file));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const oxlint = join(root, "node_modules", "oxlint", "bin", "oxlint");
    const result = await run(process.execPath, [oxlint, "--type-aware", "-c", "oxlint.config.mjs", "-f", "unix", "src"], { cwd: folder });
    const lines = result.stdout.replaceAll("\\", "/").split("\n");
    const missed = Object.entries(planted).filter(
      ([path, { rule }]) => !lines.some((line) => line.startsWith(path) && line.includes(rule)),
    );
    return {
      ...result,
      code: missed.length === 0 ? 0 : 1,
      stdout: missed.map(([path, { rule }]) => `not found: ${rule} in planted ${path}\n`).join("") + result.stdout,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
