import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { unifiedDiff } from "../../../src/main/harness/unified-diff.ts";
import { createRandom, type Random } from "../../support/random.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const lines: readonly [string, ...string[]] = ["", "a", "b", "  c", "-d", "+e", "@@ -1 +1 @@", "\\ No newline", "é😀", "f\r", "--- a/x"];

function randomText(random: Random): string {
  const count = random.pick([0, 1, 2, 5, 12, 40]);
  const text = Array.from({ length: count }, () => random.pick(lines)).join("\n");
  return text !== "" && random.chance(0.6) ? `${text}\n` : text;
}

function edited(text: string, random: Random): string {
  const changed = text.split("\n").flatMap((line) => {
    if (random.chance(0.1)) return [];
    if (random.chance(0.1)) return [line, random.pick(lines)];
    return [random.chance(0.1) ? random.pick(lines) : line];
  });
  return changed.join("\n");
}

/** 200 pairs, among them the empty ones and those that differ in the last line break only. */
const pairs: readonly (readonly [string, string])[] = [
  ["", "a\n"],
  ["", "a"],
  ["a\n", ""],
  ["a", ""],
  ["a", "a\n"],
  ["a\n", "a"],
  ["a\nb", "a\nb\n"],
  ["\n", ""],
  ["\n\n", "\n"],
  ...Array.from({ length: 191 }, (_, seed) => {
    const random = createRandom(seed);
    const before = randomText(random);
    return [before, random.chance(0.3) ? randomText(random) : edited(before, random)] as const;
  }),
];

test("a text that ends with a line break has no empty last line, and a missing line break is marked", () => {
  expect(unifiedDiff("a\nb\n", "a\nc\n", 3, "x.txt")).toBe("--- a/x.txt\n+++ b/x.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
  expect(unifiedDiff("", "a\n", 3, "x.txt")).toBe("--- a/x.txt\n+++ b/x.txt\n@@ -0,0 +1,1 @@\n+a\n");
  expect(unifiedDiff("a\n", "a", 3, "x.txt")).toBe("--- a/x.txt\n+++ b/x.txt\n@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n");
  expect(unifiedDiff("a\n", "a\n", 3, "x.txt")).toBe("");
});

test.runIf(has("git"))("git applies every diff and makes the text after of the text before", { timeout: 60_000 }, () => {
  const folder = tempFolder();
  const wanted = new Map<string, string>();
  let patch = "";
  for (const [index, [before, after]] of pairs.entries()) {
    const name = index === 20 ? 'a "b"\tc.txt' : index % 7 === 0 ? `with blank ${index}.txt` : `${index}.txt`;
    if (before === after) continue;
    writeFileSync(path.join(folder, name), before);
    wanted.set(name, after);
    patch += unifiedDiff(before, after, index % 5 === 4 ? 1 : 3, name);
  }
  const git = (...args: string[]) =>
    spawnSync("git", ["apply", "--whitespace=nowarn", ...args, "-"], {
      cwd: folder,
      input: patch,
      encoding: "utf8",
      env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(folder) },
    });
  expect(git("--check").stderr).toBe("");
  expect(git().stderr).toBe("");
  expect([...wanted].filter(([name, after]) => readFileSync(path.join(folder, name), "utf8") !== after)).toEqual([]);
});

test.runIf(has("patch"))("patch applies them too", { timeout: 60_000 }, () => {
  const folder = tempFolder();
  for (const [index, [before, after]] of pairs.entries()) {
    if (before === after || index % 3 !== 0) continue;
    const own = path.join(folder, String(index));
    mkdirSync(own);
    writeFileSync(path.join(own, "x y.txt"), before);
    const input = unifiedDiff(before, after, 3, "x y.txt");
    const done = spawnSync("patch", ["-p1", "--binary", "--no-backup-if-mismatch"], { cwd: own, input, encoding: "utf8" });
    expect([done.status, done.stdout], input).toEqual([0, expect.not.stringMatching(/fuzz|offset/)]);
    expect(readFileSync(path.join(own, "x y.txt"), "utf8"), input).toBe(after);
  }
});
