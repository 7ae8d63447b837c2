import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { inParallel } from "../../../src/main/lib/in-parallel.ts";
import { runApplyPatchCli } from "../../../src/main/tools/apply-patch/cli.ts";
import { bringOriginal } from "../../support/original-codex.ts";
import { fillFolder, inputOf, readFolder } from "../../support/patch-folder.ts";
import { createRandom } from "../../support/random.ts";
import { randomScene, type PatchScene } from "../../support/random-patch.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

/** `SPINDLE_ORIGINAL=1` fetches the original and compares with it; `SPINDLE_ROUNDS` and `SPINDLE_SEED` say how much and where. */
const asked = process.env["SPINDLE_ORIGINAL"] === "1";
const rounds = Number(process.env["SPINDLE_ROUNDS"] ?? 5_000);
const seed = Number(process.env["SPINDLE_SEED"] ?? 169);

const tempFolder = useTempFolders();

type Run = (patch: string, cwd: string) => Promise<{ exitCode: number; stdout: string; stderr: string }>;
const ours: Run = (patch, cwd) => runApplyPatchCli({ args: [], stdin: inputOf(patch), cwd });

async function play(scene: PatchScene, root: string, run: Run) {
  mkdirSync(root, { recursive: true });
  fillFolder(root, scene);
  const { exitCode, stdout, stderr } = await run(scene.patch, root);
  const unrooted = (text: string): string => text.replaceAll(root, "{ROOT}");
  return { exitCode, stdout: unrooted(stdout), stderr: unrooted(stderr), ...readFolder(root, "base64") };
}

test("random scenes are of all kinds: about half apply, and every kind of refusal occurs", async () => {
  const base = tempFolder();
  const random = createRandom(seed);
  const refusals = new Set<string>();
  let applied = 0;
  for (let round = 0; round < 150; round++) {
    const { exitCode, stderr } = await play(randomScene(random), path.join(base, String(round)), ours);
    if (exitCode === 0) applied++;
    else refusals.add(stderr.split(/ (?:on line|in|at|file) |['\n{]/, 1)[0] ?? "");
  }
  expect({ half: applied > 50 && applied < 120, kinds: refusals.size > 5 }).toEqual({ half: true, kinds: true });
});

if (asked) {
  test(`${rounds} random patches end as with the original program`, { timeout: 3_600_000 }, async () => {
    const original = await bringOriginal();
    try {
      const base = tempFolder();
      const random = createRandom(seed);
      const counts = { same: 0, applied: 0, moveOntoItself: 0, modeOfMove: 0 };
      const different: unknown[] = [];
      const scenes = Array.from({ length: rounds }, () => randomScene(random));
      await inParallel(scenes, 6, async (scene, index) => {
        const root = path.join(base, String(index));
        const [wanted, got] = await Promise.all([
          play(scene, path.join(root, "original"), original.applyPatch),
          play(scene, path.join(root, "ours"), ours),
        ]);
        rmSync(root, { recursive: true });
        if (wanted.exitCode === 0) counts.applied++;
        const kind = difference(scene, wanted, got);
        if (kind === "other") different.push({ patch: scene.patch, files: scene.files, links: scene.links, wanted, got });
        else counts[kind]++;
      });
      process.stdout.write(`\n${JSON.stringify({ seed, rounds, ...counts, different: different.length })}\n`);
      expect(different.slice(0, 10)).toEqual([]);
    } finally {
      original.remove();
    }
  });
}

type Outcome = Awaited<ReturnType<typeof play>>;

/** What tells two outcomes apart: nothing, one of the two differences that docs/tools.md lists for the command, or a fault of ours. */
function difference(scene: PatchScene, wanted: Outcome, got: Outcome): "same" | "moveOntoItself" | "modeOfMove" | "other" {
  const { modes: wantedModes, ...wantedRest } = wanted;
  const { modes: gotModes, ...gotRest } = got;
  const restIsSame = JSON.stringify(wantedRest) === JSON.stringify(gotRest);
  if (restIsSame && JSON.stringify(wantedModes) === JSON.stringify(gotModes)) return "same";
  const moves = scene.patch.includes("*** Move to: ");
  if (restIsSame && moves) return "modeOfMove";
  return moves && scene.operations.some((one) => one.movePath !== undefined && placeOf(scene, one.path) === placeOf(scene, one.movePath))
    ? "moveOntoItself"
    : "other";
}

/** Where a path of a scene leads. */
function placeOf(scene: PatchScene, name: string): string {
  return scene.links[name] ?? name;
}
