import { findTestCommand, listFiles, literal, readHelpers, template } from "./code.ts";

/** The script that looks around: lists, searches, reads in parallel while the tests run, and sets a helper to work on the side. */
export const lookScript = `// Look around: list the project, read its code and run its tests
${listFiles}
${readHelpers}
${findTestCommand}
const code = files.filter((file) => /\\.([cm]?[jt]sx?|py|rs|go|rb|java)$/.test(file) && !file.endsWith(".d.ts")).slice(0, 80);
const documents = files.filter((file) => /^(README|CONTRIBUTING)[^/]*$/i.test(file));
console.log(\`\${files.length} files, \${code.length} with code, tests: \${command ?? "none found"}\`);

const [test, notes, texts] = await Promise.all([
  command === null ? null : tools.exec({ cmd: command, timeoutMs: 180_000 }).catch(failure),
  tools.grepFiles({ pattern: "TODO|FIXME", limit: 50 }),
  Promise.all([...documents, ...code].map(read)),
]);

// What failed decides what is worth returning: named files first, then what they import, then the rest while there is room.
const output = test !== null && "output" in test ? test.output : "";
const readable = texts.filter((file) => file !== null && !file.truncated).map((file) => file!);
const named = readable.filter((file) => output.includes(file.path));
const imported = new Set(named.flatMap((file) => [...file.text.matchAll(/from "\\.{1,2}\\/([^"]+)"/g)].map((match) => match[1]!.split("/").at(-1)!)));
const rank = (path: string) => (named.some((file) => file.path === path) ? 0 : imported.has(path.split("/").at(-1)!) ? 1 : documents.includes(path) ? 2 : 3);
let room = 24_000;
const sources = readable.toSorted((a, b) => rank(a.path) - rank(b.path)).filter((file) => (room -= file.text.length) > 0);

// A question that can be answered on the side, while the work goes on.
const review = code.length < 2 ? null : await tools.spawn({
  kind: "ask",
  title: "Which exports do the tests not mention?",
  question: "Which exported names are mentioned in no test?",
  files: code.slice(0, 20),
}).catch(failure);

return {
  step: "look",
  files: files.length,
  codeFiles: code.length,
  unread: texts.length - readable.length,
  todos: notes.matchCount,
  command,
  scripts,
  test: test === null || "error" in test ? test : { exitCode: test.exitCode, timedOut: test.timedOut, durationMs: test.durationMs, output: output.length > 9000 ? output.slice(0, 6000) + "\\n…\\n" + output.slice(-3000) : output },
  sources: sources.map((file) => ({ path: file.path, text: file.text })),
  review,
};
`;

/** The script that applies a patch, runs the tests again and starts a package script as a task when there is one worth running. */
export function patchScript(options: {
  readonly patch: string;
  readonly command: string;
  readonly files: readonly string[];
  readonly followUp: string | null;
}): string {
  const followUp =
    options.followUp === null
      ? "const task = null;"
      : `const task = test !== null && "exitCode" in test && test.exitCode === 0
  ? await tools.spawn({ kind: "exec", title: ${literal(options.followUp)}, cmd: ${literal(options.followUp)} }).catch(failure)
  : null;`;
  return `// Patch ${options.files.join(" and ")}, then run the tests again
const patch = ${template(options.patch)};
const failure = (error: unknown) => ({ error: { code: String((error as { code?: string }).code ?? "error"), message: (error as Error).message } });

const applied = await tools.applyPatch({ patch }).catch(failure);
const test = "error" in applied ? null : await tools.exec({ cmd: ${literal(options.command)}, timeoutMs: 180_000 }).catch(failure);

// Whatever else the project can run shows whether the patch broke something beside the tests.
${followUp}

return {
  step: "patch",
  applied,
  test: test === null || "error" in test ? test : { exitCode: test.exitCode, timedOut: test.timedOut, durationMs: test.durationMs, output: test.output.slice(-6000) },
  task,
};
`;
}
