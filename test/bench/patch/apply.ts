import { open } from "node:fs/promises";
import { writeFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import type { Original } from "../../support/original-codex.ts";
import { toolContext } from "../../support/tool-context.ts";
import type { Report } from "../lib/figures.ts";
import { largeFileJob, manyFilesJob, typicalJob, type PatchJob } from "./jobs.ts";
import { inTurn, reportRatio, subfolder, withFolder, type Subject } from "./measure.ts";

interface Case {
  readonly name: string;
  readonly rounds: number;
  readonly job: (round: number) => PatchJob;
  /** The most against the original's process (the table). */
  readonly most: number;
}

const cases: readonly Case[] = [
  { name: "3-file patch", rounds: 40, job: typicalJob, most: 1 },
  { name: "1 MB file, 300 hunks", rounds: 15, job: (round) => largeFileJob(round, 1_000_000, 300), most: 1.5 },
  { name: "10 MB file, 1 hunk", rounds: 9, job: (round) => largeFileJob(round, 10_000_000, 1), most: 1.5 },
  { name: "1 MB file, 300 hunks with wrong indentation", rounds: 15, job: (round) => largeFileJob(round, 1_000_000, 300, "  "), most: 1.5 },
  {
    name: "10 MB file, 300 hunks with wrong indentation",
    rounds: 5,
    job: (round) => largeFileJob(round, 10_000_000, 300, "  "),
    most: 1.5,
  },
  { name: "500-file patch", rounds: 9, job: (round) => manyFilesJob(round, 500), most: 3 },
];

/**
 * Patches through the tool, in process, journalled and synced. Floor: the process of the original, which does neither, when
 * it was asked for; and always the least that is durable, the new contents written to new files and synced, all at once
 * (told without a target: it checks nothing, keeps nothing and replaces nothing).
 */
export async function applying(report: Report, original: Original | null): Promise<void> {
  for (const one of cases) {
    if (original !== null) {
      const medians = await withFolder((folder) => inTurn(one.rounds, ours(folder, one), originals(folder, one, original)));
      reportRatio(report, `${one.name} / the original's process`, medians, one.most);
    }
    const medians = await withFolder((folder) => inTurn(one.rounds, ours(folder, one), plainWrites(folder, one)));
    reportRatio(report, `${one.name} / the same files written and synced (Node)`, medians, null);
  }
}

interface Prepared {
  readonly project: string;
  readonly patch: string;
}

function ours(folder: string, one: Case): Subject<Prepared> {
  const tool = createApplyPatchTool({ journal: createJournal({ folder: subfolder(folder, "journal") }) });
  return {
    prepare: (round) => prepare(folder, "ours", one, round),
    run: ({ project, patch }) => tool.run({ patch }, toolContext(project)),
  };
}

function originals(folder: string, one: Case, original: Original): Subject<Prepared> {
  return {
    prepare: (round) => prepare(folder, "original", one, round),
    async run({ project, patch }) {
      const { exitCode, stderr } = await original.applyPatch(patch, project);
      if (exitCode !== 0) throw new Error(`The original refused the patch: ${stderr}`);
    },
  };
}

function plainWrites(folder: string, one: Case): Subject<readonly { readonly file: string; readonly text: string }[]> {
  return {
    prepare: (round) => {
      const project = subfolder(folder, `plain-${round}`);
      return Object.values(one.job(round).files).map((text, index) => ({ file: path.join(project, `${index}.ts`), text }));
    },
    run: (files) =>
      Promise.all(
        files.map(async ({ file, text }) => {
          const handle = await open(file, "wx");
          await handle.writeFile(text);
          await handle.sync();
          await handle.close();
        }),
      ),
  };
}

function prepare(folder: string, name: string, one: Case, round: number): Prepared {
  const { files, patch } = one.job(round);
  const project = subfolder(folder, `${name}-${round}`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
  }
  return { project, patch };
}
