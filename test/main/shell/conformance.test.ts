import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CommandAction } from "../../../src/protocol/command-action.ts";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { placesOf } from "../../../src/main/tools/apply-patch/verify.ts";
import { parsePatch } from "../../../src/main/tools/apply-patch/parse.ts";
import { understand } from "../../../src/main/tools/exec/understand.ts";
import { shellFiles } from "../../support/worker-file.ts";

/**
 * What Codex CLI 0.169.0 made of command lines (measured, bash on Linux). Only what was looked at is there.
 * `test/golden/shell-cases.jsonl`: one per line; `$ROOT` is the folder of the call.
 */
interface ShellCase {
  readonly cmd: string;
  /** It is a patch where a command should stand, and is refused as such. */
  readonly bare?: true;
  /** Files a patch call would change; empty when it is one that is refused; null when the shell runs it. */
  readonly patch?: readonly string[] | null;
  /** Words of the first command. */
  readonly words?: readonly string[] | null;
  readonly actions?: readonly CommandAction[];
  readonly forcedRm?: boolean;
}

// Not on the disk: nothing is read, and links cannot change the answer.
const root = "/nowhere/project";
const cases = readFileSync(path.join(import.meta.dirname, "../../golden/shell-cases.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line.replaceAll("$ROOT", root)) as ShellCase);
const inspector = createShellInspector(await shellFiles());
afterAll(() => inspector.close());

/** Runs `look` over the cases that have an answer, and gives those whose answer is another. */
async function differences<T>(
  having: (one: ShellCase) => T | undefined,
  look: (cmd: string) => Promise<unknown>,
): Promise<{ readonly looked: number; readonly different: unknown[] }> {
  const different: unknown[] = [];
  let looked = 0;
  for (const one of cases) {
    const wanted = having(one);
    if (wanted === undefined) continue;
    looked++;
    const got = await look(one.cmd);
    if (JSON.stringify(sorted(got)) !== JSON.stringify(sorted(wanted))) different.push({ cmd: one.cmd, wanted, got });
  }
  return { looked, different };
}

/** Fields in one order, so that only their values count. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("a command line is understood as the original understands it", () => {
  test("which is a patch call, and of which files", async () => {
    const { looked, different } = await differences(
      (one) => (one.bare === true ? undefined : (one.patch?.map((file) => path.resolve(file)) ?? one.patch)),
      async (cmd) => {
        const { patch } = await understand({ cmd }, root, inspector);
        if (patch === null) return null;
        try {
          const { operations, environmentId } = parsePatch(patch.patch);
          return environmentId === undefined ? placesOf(operations, patch.workdir ?? root) : "has an environment";
        } catch {
          return [];
        }
      },
    );
    // Refused only when the disk is looked at: a file that is not there, a file named twice.
    const onDisk = different.filter((one) => JSON.stringify(one).includes('"wanted":[]'));
    expect({ looked: looked > 1_000, different: different.filter((one) => !onDisk.includes(one)), onDisk: onDisk.length }).toEqual({
      looked: true,
      different: [],
      onDisk: 2,
    });
  });

  test("which is a patch without a call", async () => {
    const refused: string[] = [];
    for (const { cmd } of cases) {
      await understand({ cmd }, root, inspector).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "invalid_patch", message: expect.stringContaining("patch detected without explicit call") });
        refused.push(cmd);
      });
    }
    expect(refused).toEqual(cases.filter((one) => one.bare === true).map((one) => one.cmd));
    expect(refused.length).toBeGreaterThan(5);
  });

  test("the words of its first command", async () => {
    const { looked, different } = await differences(
      (one) => one.words,
      async (cmd) => (await inspector.inspect(cmd, root)).words?.[0] ?? null,
    );
    expect({ looked: looked > 1_500, different }).toEqual({ looked: true, different: [] });
  });

  test("what it reads, lists and searches", async () => {
    const { looked, different } = await differences(
      (one) => one.actions,
      async (cmd) => (await inspector.inspect(cmd, root)).actions,
    );
    expect({ looked: looked > 1_000, different }).toEqual({ looked: true, different: [] });
  });

  test("whether it deletes by force; the net of approvals is wider and has the same in it", async () => {
    const { looked, different } = await differences(
      (one) => one.forcedRm,
      async (cmd) => {
        const { forcedRm, mayForceRm } = await inspector.inspect(cmd, root);
        return forcedRm && !mayForceRm ? "not in the net" : forcedRm;
      },
    );
    expect({ looked: looked > 700, different }).toEqual({ looked: true, different: [] });
  });
});
