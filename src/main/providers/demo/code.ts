/** Text as a TypeScript string literal. */
export function literal(value: string): string {
  return JSON.stringify(value);
}

/** Text as a TypeScript template literal over several lines, so that a person can read the patch inside the script. */
export function template(text: string): string {
  return `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
}

/**
 * Lines of a script that leave the project's files in `files`: the top folder first, then every folder in parallel,
 * without the ones that hold no work of the person.
 */
export const listFiles = `const skip = /(^|\\/)(node_modules|\\.git|dist|out|build|target|coverage|\\.venv|__pycache__)(\\/|$)/;
const top = await tools.listDir({ depth: 1, limit: 500 });
const folders = top.entries.filter((entry) => entry.kind === "dir" && !skip.test(entry.path)).map((entry) => entry.path.replace(/\\/$/, ""));
const inside = await Promise.all(
  folders.map(async (folder) => {
    try {
      const listing = await tools.listDir({ path: folder, depth: 6, limit: 1000 });
      return listing.entries.filter((entry) => entry.kind === "file").map((entry) => \`\${folder}/\${entry.path}\`);
    } catch (error) {
      console.warn(\`\${folder}: \${(error as Error).message}\`);
      return [];
    }
  }),
);
const files = [...top.entries.filter((entry) => entry.kind === "file").map((entry) => entry.path), ...inside.flat()].filter((file) => !skip.test(file));`;

/** Lines of a script that define \`failure\` (an error as data) and \`read\` (a file, or null when it cannot be read). */
export const readHelpers = `const failure = (error: unknown) => ({ error: { code: String((error as { code?: string }).code ?? "error"), message: (error as Error).message } });
const read = async (path: string) => {
  try {
    return await tools.readFile({ path, limit: 1500 });
  } catch {
    return null;
  }
};`;

/** Lines of a script that leave the command which runs the project's tests in \`command\` (null when there is none) and the package scripts in \`scripts\`. */
export const findTestCommand = `const manifest = files.includes("package.json") ? await read("package.json") : null;
const scripts: Record<string, string> = manifest === null ? {} : (JSON.parse(manifest.text).scripts ?? {});
const known: [string, string][] = [["Cargo.toml", "cargo test"], ["go.mod", "go test ./..."], ["pyproject.toml", "python3 -m pytest -q"], ["pytest.ini", "python3 -m pytest -q"]];
const command = scripts.test !== undefined ? "npm test" : (known.find(([file]) => files.includes(file))?.[1] ?? null);`;
