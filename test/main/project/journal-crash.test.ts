import { execFile } from "node:child_process";
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "vite";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { toolContext } from "../../support/tool-context.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const run = promisify(execFile);
const tempFolder = useTempFolders();
let bundle: string;
beforeAll(async () => {
  // Node 20 does not run TypeScript, so the process that is killed gets a bundle.
  bundle = mkdtempSync(path.join(tmpdir(), "spindle-crash-"));
  await build({
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true },
    build: {
      ssr: path.resolve(import.meta.dirname, "../../support/crash-patch.ts"),
      outDir: bundle,
      target: "node20",
      minify: false,
      rollupOptions: { output: { entryFileNames: "crash.mjs" } },
    },
  });
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

/** Six files of every kind: changed, hard-linked (in place), through a link, moved into a new folder, added, deleted. */
const patch = `*** Begin Patch
*** Update File: changed.txt
-old
+new
*** Update File: hard.txt
-old
+new
*** Update File: link.txt
-old
+new
*** Update File: run.sh
*** Move to: bin/deep/run.sh
-old
+new
*** Add File: fresh/added.txt
+new
*** Delete File: gone.txt
*** End Patch
`;

async function project() {
  const root = tempFolder();
  fillFolder(root, {
    files: { "changed.txt": "old\n", "hard.txt": "old\n", "real.txt": "old\n", "run.sh": "old\n", "gone.txt": "old\n" },
    links: { "link.txt": "real.txt" },
    modes: { "run.sh": "755" },
  });
  linkSync(path.join(root, "hard.txt"), path.join(root, "twin.txt"));
  const data = path.join(tempFolder(), "journal");
  mkdirSync(data);
  const patchFile = path.join(data, "patch");
  writeFileSync(patchFile, patch);
  return { root, data, patchFile };
}

async function applyAndDie(
  at: { root: string; data: string; patchFile: string },
  killAt: number,
  action: string = at.patchFile,
): Promise<{ operations: number } | "killed"> {
  try {
    const { stdout } = await run(process.execPath, [path.join(bundle, "crash.mjs"), at.root, at.data, String(killAt), action]);
    return { operations: Number(stdout) };
  } catch (error) {
    if ((error as { signal?: string }).signal === "SIGKILL") return "killed";
    throw error;
  }
}

/** What must hold after recovery, whenever the process died. */
function stateOf(root: string, data: string) {
  const { files, links, modes, emptyFolders } = readFolder(root);
  const leftovers = ["pending", "staging"].flatMap((name) => (existsSync(path.join(data, name)) ? readdirSync(path.join(data, name)) : []));
  return {
    files,
    links,
    runMode: modes["run.sh"] ?? modes["bin/deep/run.sh"],
    emptyFolders,
    twins: statSync(path.join(root, "hard.txt")).nlink,
    leftovers,
  };
}

const links = { "link.txt": "real.txt" };
const allOld = {
  files: { "changed.txt": "old\n", "gone.txt": "old\n", "hard.txt": "old\n", "real.txt": "old\n", "run.sh": "old\n", "twin.txt": "old\n" },
  links,
  runMode: "755",
  emptyFolders: [],
  twins: 2,
  leftovers: [],
};
const allNew = {
  files: {
    "bin/deep/run.sh": "new\n",
    "changed.txt": "new\n",
    "fresh/added.txt": "new\n",
    "hard.txt": "new\n",
    "real.txt": "new\n",
    "twin.txt": "new\n",
  },
  links,
  runMode: "755",
  emptyFolders: [],
  twins: 2,
  leftovers: [],
};

const long = process.env["SPINDLE_LONG"] === "1";
const wanted = long ? 200 : 20;

test(
  `a patch of six files killed at ${wanted} different moments is whole or not there after recovery, and can be undone`,
  { timeout: 300_000 },
  async () => {
    const whole = await project();
    const through = await applyAndDie(whole, 0);
    expect([through === "killed" ? 0 : through.operations > 20, stateOf(whole.root, whole.data)]).toEqual([true, allNew]);
    const operations = through === "killed" ? 0 : through.operations;
    const outcomes = { rolledBack: 0, finished: 0, notBegun: 0, through: 0 };
    for (let i = 0; i < wanted; i++) {
      // Spread over all operations; in the long run every one is hit, most several times (their order varies a little).
      const killAt = 1 + Math.floor((i * operations) / wanted);
      const at = await project();
      const died = await applyAndDie(at, killAt);
      const journal = createJournal({ folder: at.data });
      const recovered = await journal.recover();
      const [record] = await journal.list("c_test");
      const isNew = record !== undefined;
      expect({ killAt, state: stateOf(at.root, at.data), conflicts: recovered.flatMap((one) => one.conflicts) }).toEqual({
        killAt,
        state: isNew ? allNew : allOld,
        conflicts: [],
      });
      if (isNew) {
        await journal.undo({ conversationId: "c_test", callIds: ["c1"] });
        expect({ killAt, state: stateOf(at.root, at.data) }).toEqual({ killAt, state: allOld });
      }
      if (died !== "killed") outcomes.through++;
      else if (recovered.length === 0) outcomes[isNew ? "through" : "notBegun"]++;
      else outcomes[recovered[0]?.outcome === "finished" ? "finished" : "rolledBack"]++;
    }
    // The moments must have been of all kinds, or the test proves less than it says.
    expect({ ...outcomes, rolledBackSome: outcomes.rolledBack > 0, notBegunSome: outcomes.notBegun > 0 }).toMatchObject({
      rolledBackSome: true,
      notBegunSome: true,
    });
  },
);

/** The second patch of a turn: some files of the first one again, and others. */
const second = `*** Begin Patch
*** Update File: changed.txt
-new
+newer
*** Delete File: bin/deep/run.sh
*** Add File: bin/deep/other.txt
+x
*** End Patch
`;

test(
  `an undo of two patches killed at ${wanted} different moments is whole or not there after recovery, and so is its redo`,
  { timeout: 300_000 },
  async () => {
    const outcomes = { undone: 0, standing: 0 };
    const patched = async () => {
      const at = await project();
      const journal = createJournal({ folder: at.data });
      const tool = createApplyPatchTool({ journal });
      await tool.run({ patch }, toolContext(at.root));
      await tool.run({ patch: second }, toolContext(at.root, { callId: "c2" }));
      return at;
    };
    const look = (at: { root: string; data: string }) => {
      const { files, links: found, modes, emptyFolders } = readFolder(at.root);
      const leftovers = ["pending", "staging"].flatMap((name) => readdirSync(path.join(at.data, name)));
      return { files, links: found, modes, emptyFolders, leftovers };
    };
    const first = await patched();
    const standing = look(first);
    const through = await applyAndDie(first, 0, "undo");
    const undone = look(first);
    expect([undone.files, undone.emptyFolders]).toEqual([allOld.files, []]);
    const operations = through === "killed" ? 0 : through.operations;
    for (let i = 0; i < wanted; i++) {
      const at = await patched();
      const killAt = 1 + Math.floor((i * operations) / wanted);
      // Every second one dies in the redo of a whole undo.
      const redo = i % 2 === 1;
      if (redo) await createJournal({ folder: at.data }).undo({ conversationId: "c_test", callIds: ["c1", "c2"] });
      await applyAndDie(at, killAt, redo ? "redo" : "undo");
      const journal = createJournal({ folder: at.data });
      const conflicts = (await journal.recover()).flatMap((one) => one.conflicts);
      const last = (await journal.list("c_test")).at(-1)?.kind;
      const isUndone = last === "undo";
      expect({ killAt, redo, state: look(at), conflicts }).toEqual({ killAt, redo, state: isUndone ? undone : standing, conflicts: [] });
      await journal[isUndone ? "redo" : "undo"]({ conversationId: "c_test", callIds: ["c1", "c2"] });
      expect({ killAt, redo, state: look(at) }).toEqual({ killAt, redo, state: isUndone ? standing : undone });
      outcomes[isUndone ? "undone" : "standing"]++;
    }
    expect([outcomes.undone > 0, outcomes.standing > 0]).toEqual([true, true]);
  },
);
