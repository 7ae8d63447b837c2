import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "vite";
import { createJournal } from "../../../src/main/project/journal.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { createRandom } from "../../support/random.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
let bundle: string;
beforeAll(async () => {
  // Node 20 does not run TypeScript, so the process that is killed gets a bundle.
  bundle = mkdtempSync(path.join(tmpdir(), "spindle-kill-"));
  await build({
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true },
    build: {
      ssr: path.resolve(import.meta.dirname, "../../support/kill-patch.ts"),
      outDir: bundle,
      target: "node20",
      minify: false,
      rollupOptions: { output: { entryFileNames: "kill.mjs" } },
    },
  });
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

/** Large enough that a torn file would show. */
const body = (word: string): string => `${word} first\n${"the same line of text, many times over\n".repeat(4_000)}${word} last\n`;
const changed = ["a.txt", "b.txt", "dir/c.txt"];
const before = { ...Object.fromEntries(changed.map((name) => [name, body("old")])), "from.txt": body("old"), "gone.txt": body("old") };
const after = {
  ...Object.fromEntries(changed.map((name) => [name, body("new")])),
  "to/from.txt": body("new"),
  "fresh/added.txt": body("new"),
};
const change = (name: string, move: readonly string[] = []): string[] => [
  `*** Update File: ${name}`,
  ...move,
  "@@",
  "-old first",
  "+new first",
  "@@",
  "-old last",
  "+new last",
];
const patch = [
  "*** Begin Patch",
  ...changed.flatMap((name) => change(name)),
  ...change("from.txt", ["*** Move to: to/from.txt"]),
  "*** Add File: fresh/added.txt",
  ...body("new")
    .trimEnd()
    .split("\n")
    .map((line) => `+${line}`),
  "*** Delete File: gone.txt",
  "*** End Patch",
].join("\n");

interface Place {
  readonly root: string;
  readonly data: string;
  readonly patchFile: string;
}

function project(): Place {
  const root = tempFolder();
  fillFolder(root, { files: before });
  const data = path.join(tempFolder(), "journal");
  mkdirSync(data);
  const patchFile = path.join(path.dirname(data), "patch");
  writeFileSync(patchFile, patch);
  return { root, data, patchFile };
}

/** When a process is killed: after some ms, or some ms after the plan of its change is on disk, which is when renames begin. */
type Moment = { readonly afterMs: number } | { readonly afterPlanMs: number };

/** Applies the patch in a process of its own, which is killed then (null: not at all); ms it took, or null when it was killed. */
async function apply(at: Place, moment: Moment | null): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(bundle, "kill.mjs"), at.root, at.data, at.patchFile], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  child.stdin.on("error", () => undefined);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (said += part));
  await once(child.stdout, "data");
  child.stdin.write("go\n");
  if (moment !== null) {
    if ("afterMs" in moment) await sleep(moment.afterMs);
    else {
      // Looks without pause: the renames of six files are over in a moment.
      const pending = path.join(at.data, "pending");
      const deadline = Date.now() + 10_000;
      while (namesIn(pending).length === 0 && Date.now() < deadline);
      const from = performance.now();
      while (performance.now() - from < moment.afterPlanMs);
    }
    child.kill("SIGKILL");
  }
  await gone;
  const took = /done ([\d.]+)/.exec(said)?.[1];
  return took === undefined ? null : Number(took);
}

const rounds = process.env["SPINDLE_LONG"] === "1" ? 200 : 8;

test(
  `a process killed with SIGKILL ${rounds} times in the middle of a patch of six files leaves all of it or nothing`,
  { timeout: 1_200_000 },
  async () => {
    const whole = project();
    let usual = (await apply(whole, null)) ?? 0;
    expect(readFolder(whole.root).files).toEqual(after);
    const random = createRandom(200);
    const outcomes = { notBegun: 0, staged: 0, rolledBack: 0, finished: 0, through: 0 };
    for (let round = 0; round < rounds; round++) {
      const at = project();
      const part = random.int(1_000) / 1_000;
      const took = await apply(at, round % 2 === 0 ? { afterMs: part * usual } : { afterPlanMs: part ** 2 * 8 });
      // Machines are faster at some times than at others: the moments follow.
      if (took !== null) usual = Math.max(2, (usual + took) / 2);
      const wasStaged = namesIn(path.join(at.data, "staging")).length > 0;
      const recovered = await createJournal({ folder: at.data }).recover();
      const { files, emptyFolders } = readFolder(at.root);
      const isNew = "fresh/added.txt" in files;
      const left = ["pending", "staging"].flatMap((name) => namesIn(path.join(at.data, name)));
      expect({ round, files, emptyFolders, left, conflicts: recovered.flatMap((one) => one.conflicts) }).toEqual({
        round,
        files: isNew ? after : before,
        emptyFolders: [],
        left: [],
        conflicts: [],
      });
      if (took !== null) outcomes.through++;
      else if (recovered.length === 0) outcomes[isNew ? "through" : wasStaged ? "staged" : "notBegun"]++;
      else outcomes[recovered[0]?.outcome === "finished" ? "finished" : "rolledBack"]++;
      rmSync(at.root, { recursive: true });
      rmSync(path.dirname(at.data), { recursive: true });
    }
    if (rounds > 8) process.stdout.write(`\n${JSON.stringify(outcomes)}\n`);
    // The moments must have been of several kinds, or the test proves less than it says.
    expect(outcomes.staged + outcomes.rolledBack + outcomes.finished).toBeGreaterThan(rounds / 8);
  },
);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is made when first needed.
    return [];
  }
}
