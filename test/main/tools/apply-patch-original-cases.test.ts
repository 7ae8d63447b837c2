import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createJournal } from "../../../src/main/project/journal.ts";
import { runApplyPatchCli } from "../../../src/main/tools/apply-patch/cli.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { SpindleError } from "../../../src/protocol/error.ts";
import { bytesOf, originalCases, type CaseFolder, type OriginalCase } from "../../golden/original-cases.ts";
import { fillFolder, inputOf, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();

/** Where we differ from the original on purpose (docs/tools.md), and what we do instead. */
const differences: Readonly<Record<string, Partial<CaseFolder>>> = {
  "move to same path loses the file": { files: { "old.txt": "uno\ntwo\n" } },
  "exec bit on move": { modes: { "run2.sh": "755" } },
};

function scene(one: OriginalCase) {
  const base = tempFolder();
  const root = path.join(base, "root");
  const outside = path.join(base, "outside");
  for (const folder of [root, outside]) mkdirSync(folder);
  fillFolder(root, { files: bytes(one.before.files), links: one.before.links ?? {}, modes: one.before.modes ?? {} });
  fillFolder(outside, { files: bytes(one.before.outside) });
  const fill = (text: string): string => text.replaceAll("{ROOT}", root).replaceAll("{OUTSIDE}", outside);
  const patch = typeof one.patch === "string" ? Buffer.from(fill(one.patch)) : Buffer.from(one.patch.base64, "base64");
  return { root, outside, patch, fill };
}

function bytes(files: CaseFolder["files"] | undefined): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(files ?? {}).map(([name, value]) => [name, bytesOf(value)]));
}

function base64(files: CaseFolder["files"] | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(bytes(files)).map(([name, value]) => [name, value.toString("base64")]));
}

/** What stands there, as far as the case speaks of it. */
function found(at: { root: string; outside: string }, wanted: CaseFolder) {
  const there = readFolder(at.root, "base64");
  return {
    files: there.files,
    links: there.links,
    modes: Object.fromEntries(Object.keys(wanted.modes ?? {}).map((name) => [name, there.modes[name]])),
    emptyFolders: wanted.emptyFolders === undefined ? undefined : there.emptyFolders,
    outside: readFolder(at.outside, "base64").files,
  };
}

function expected(wanted: CaseFolder) {
  return {
    files: base64(wanted.files),
    links: wanted.links ?? {},
    modes: wanted.modes ?? {},
    emptyFolders: wanted.emptyFolders,
    outside: base64(wanted.outside),
  };
}

test("there are 141 cases, all with different names", () => {
  expect([originalCases.length, new Set(originalCases.map((one) => one.name)).size]).toEqual([141, 141]);
});

describe("apply-patch command", () => {
  test.each(originalCases.map((one) => [one.name, one] as const))("%s: as in the original", async (name, one) => {
    const at = scene(one);
    const outcome = await runApplyPatchCli({
      args: one.asArgument === true ? [at.patch.toString()] : [],
      stdin: inputOf(at.patch),
      cwd: at.root,
    });
    const wanted = { ...(one.after ?? one.before), ...differences[name] };
    expect({ ...outcome, ...found(at, wanted) }).toEqual({
      exitCode: one.exitCode,
      stdout: at.fill(one.stdout ?? ""),
      stderr: at.fill(one.stderr ?? ""),
      ...expected(wanted),
    });
  });
});

const VERIFICATION = "apply_patch verification failed: ";

/** Where the agent's tool of the original answers otherwise than its command does with the same patch (facts measured on it). */
const agentOutcomes: Readonly<Record<string, string>> = {
  // Writing is tried only after the whole patch was verified.
  "add parent is file": "Failed to write file {ROOT}/f/child.txt",
  // What is deleted is read first.
  "delete directory": `${VERIFICATION}Failed to read {ROOT}/d: path \`{ROOT}/d\` is not a file`,
  "symlink dangling delete": `${VERIFICATION}Failed to read {ROOT}/link.txt: No such file or directory (os error 2)`,
  // No path twice.
  "delete then add same file": `${VERIFICATION}multiple operations target {ROOT}/a.txt`,
  "move chain a b c": `${VERIFICATION}multiple operations target {ROOT}/b.txt`,
};

describe("applyPatch in the agent", () => {
  const applicable = originalCases.filter((one) => typeof one.patch === "string");
  test.each(applicable.map((one) => [one.name, one] as const))("%s: as in the original", async (name, one) => {
    const at = scene(one);
    const tool = createApplyPatchTool({ journal: createJournal({ folder: tempFolder() }) });
    const context = toolContext(at.root, { sandboxLevel: "full" });
    const outcome = await tool.run({ patch: at.patch.toString() }, context).then(
      ({ text }) => text.replace(/^Wall time: [\d.]+ seconds$/m, "Wall time: 0 seconds"),
      (error: unknown) => (error instanceof SpindleError ? error.message : String(error)),
    );
    const refusal = agentOutcomes[name];
    const succeeds = one.exitCode === 0 && refusal === undefined;
    const wanted = succeeds ? { ...(one.after ?? one.before), ...differences[name] } : one.before;
    expect({ outcome, ...found(at, wanted) }).toEqual({
      outcome: at.fill(succeeds ? `Exit code: 0\nWall time: 0 seconds\nOutput:\n${one.stdout}` : (refusal ?? agentWords(one.stderr ?? ""))),
      ...expected(wanted),
    });
  });
});

/** A refusal of the command as the agent's tool words it (facts measured on the original). */
function agentWords(stderr: string): string {
  const message = stderr.trimEnd();
  const words = message
    .replace(/^Invalid patch hunk on line (\d+): /, "invalid hunk at line $1, ")
    .replace(/^Invalid patch: /, "invalid patch: ");
  return `${VERIFICATION}${words}`;
}
