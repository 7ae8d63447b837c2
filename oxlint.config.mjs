// Lint rules. Pass it with -c: `oxlint --type-aware -c oxlint.config.mjs` (npm run check does).
// The borders of docs/architecture.md are data here: change both together, with a decision record.
import { readdirSync } from "node:fs";

const features = readdirSync(new URL("src/renderer/features", import.meta.url)).sort();
const inMain = (...names) => names.map((name) => `main/${name}`);
const allOfMain = inMain(
  "lib",
  "runner",
  "sandbox",
  "shell",
  "approvals",
  "harness",
  "providers",
  "mcp",
  "project",
  "settings",
  "tools",
  "agent",
  "conversations",
  "tasks",
);

/**
 * Who may import whom: area -> what it may import besides itself. An area is a folder of src, or the file named in
 * `files` below. A folder without a row is an error (boundaries/no-unknown-files).
 */
const borders = {
  protocol: [],
  grammar: ["protocol"],
  "main/lib": ["protocol", "grammar"],
  ...Object.fromEntries(
    inMain("runner", "sandbox", "shell", "harness", "providers", "mcp", "project", "settings").map((area) => [
      area,
      ["protocol", "main/lib"],
    ]),
  ),
  "main/approvals": ["protocol", "grammar", "main/lib"],
  "main/tools": ["protocol", "grammar", ...inMain("lib", "runner", "sandbox", "shell", "approvals", "harness", "project", "mcp")],
  "main/agent": ["protocol", "grammar", ...inMain("lib", "project", "providers", "tools")],
  "main/conversations": ["protocol", ...inMain("lib", "agent")],
  "main/tasks": ["protocol", "grammar", ...inMain("lib", "conversations")],
  "main/engine": ["protocol", ...allOfMain],
  "main/desktop": ["protocol", "main/lib", "main/engine"],
  "main/wasm-file": ["main/shell"],
  "main/index": ["protocol", ...allOfMain, "main/engine", "main/wasm-file", "main/desktop"],
  "main/cli": ["protocol", "grammar", ...allOfMain, "main/engine", "main/wasm-file"],
  preload: ["protocol"],
  "renderer/lib": ["protocol"],
  "renderer/state": ["protocol", "grammar", "renderer/lib"],
  "renderer/ui": [],
  // Never another feature.
  ...Object.fromEntries(
    features.map((name) => [`renderer/features/${name}`, ["protocol", "renderer/lib", "renderer/state", "renderer/ui"]]),
  ),
  "renderer/app": ["protocol", "renderer/lib", "renderer/state", "renderer/ui", ...features.map((name) => `renderer/features/${name}`)],
  types: [],
};

/** Areas that are more or less than the folder of their name. */
const files = {
  types: "src/**/*.d.ts",
  "main/engine": ["src/main/engine.ts", "src/main/engine/**"],
  "main/index": "src/main/index.ts",
  "main/cli": ["src/main/cli.ts", "src/main/cli/**"],
  "main/wasm-file": "src/main/wasm-file.ts",
  "renderer/app": "src/renderer/*.{ts,tsx}",
};

/** Areas that run where there is Electron. */
const electronAreas = ["src/main/desktop/**", "src/main/index.ts", "src/preload/**"];

const noElectron = {
  name: "electron",
  message: "Only main/desktop, main/index.ts and preload may use Electron; the engine runs on plain Node.",
  allowTypeImports: false,
};

export default {
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "react", "promise"],
  jsPlugins: ["eslint-plugin-boundaries"],
  categories: { correctness: "error" },
  ignorePatterns: ["out/**", "dist/**", "node_modules/**", "resources/sample-project/**"],
  settings: {
    "boundaries/include": ["src/**"],
    // The first match counts: files before the folders they are in.
    "boundaries/files-single-match": true,
    "boundaries/files": [
      ...Object.entries(files).map(([category, pattern]) => ({ category, pattern })),
      ...Object.keys(borders)
        .filter((area) => !(area in files))
        .map((area) => ({ category: area, pattern: `src/${area}/**` })),
    ],
  },
  rules: {
    "eslint/max-lines": ["error", { max: 400 }],
    "eslint/no-console": "error",
    "eslint/eqeqeq": "error",
    "eslint/prefer-const": "error",
    "eslint/no-var": "error",
    "eslint/no-restricted-imports": ["error", { paths: [noElectron] }],
    "import/no-cycle": ["error", { ignoreTypes: true }],
    "import/no-default-export": "error",
    "oxc/no-barrel-file": ["error", { threshold: 0 }],
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
    "promise/no-callback-in-promise": "off",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    // Ports are objects of closures: taking a method off one is how they are passed on.
    "typescript/unbound-method": "off",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "react/rules-of-hooks": "error",
    "react/exhaustive-deps": "error",
    // Says what the React compiler would skip; the virtual list is such a library and we do not use the compiler.
    "react/incompatible-library": "off",
    "boundaries/no-unknown-files": "error",
    "boundaries/dependencies": [
      "error",
      {
        default: "disallow",
        policies: Object.entries(borders).map(([area, allowed]) => ({
          from: { file: { categories: area } },
          allow: { to: { file: { categories: { anyOf: [area, ...allowed, "types"] } } } },
        })),
      },
    ],
  },
  overrides: [
    { files: electronAreas, rules: { "eslint/no-restricted-imports": "off" } },
    { files: ["**/*.config.{ts,mjs}", "src/**/*.d.ts"], rules: { "import/no-default-export": "off" } },
    // Scripts and the command line talk to a terminal.
    { files: ["scripts/**", "bin/**", "src/main/cli.ts"], rules: { "eslint/no-console": "off" } },
    {
      files: ["test/**", "scripts/**", "bin/**", "*.config.*"],
      rules: { "boundaries/no-unknown-files": "off", "boundaries/dependencies": "off" },
    },
    // A function called use… is a hook only where there is React.
    {
      files: ["src/{main,preload,protocol}/**", "test/{main,protocol,headless,e2e,chromium,bench,support}/**", "scripts/**"],
      rules: { "react/rules-of-hooks": "off" },
    },
    // Code of the sandbox: expressions that are evaluated, on an engine without Node's types.
    {
      files: ["src/main/harness/prelude/*.js"],
      rules: {
        "eslint/no-unused-expressions": "off",
        "typescript/no-floating-promises": "off",
        "typescript/switch-exhaustiveness-check": "off",
      },
    },
    // Attacks on the page need the attacker's tools.
    {
      files: ["test/e2e/attack-*.test.ts", "test/support/attacks.ts"],
      rules: { "typescript/no-implied-eval": "off", "eslint/no-eval": "off" },
    },
  ],
};
