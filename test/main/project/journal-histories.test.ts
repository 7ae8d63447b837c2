import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { FileChange } from "../../../src/main/project/change-files.ts";
import { readState } from "../../../src/main/project/file-state.ts";
import { createJournal, type Journal } from "../../../src/main/project/journal.ts";
import { createRandom } from "../../support/random.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { UndoModel } from "../../support/undo-model.ts";

const tempFolder = useTempFolders();
const names = ["a", "b", "d/c"];
const conversationId = "c_1";

interface Lab {
  readonly root: string;
  readonly journal: Journal;
  readonly text: (name: string) => string | null;
  readonly write: (name: string, text: string | null) => void;
  readonly patch: (callId: string, changes: Readonly<Record<string, string | null>>) => Promise<void>;
  readonly revert: (kind: "undo" | "redo", callIds: readonly string[], force: boolean) => Promise<string>;
}

function lab(): Lab {
  const root = tempFolder();
  const journal = createJournal({ folder: tempFolder() });
  const at = (name: string): string => path.join(root, name);
  return {
    root,
    journal,
    text: (name) => (existsSync(at(name)) ? readFileSync(at(name), "utf8") : null),
    write(name, text) {
      if (text === null) return rmSync(at(name), { force: true });
      mkdirSync(path.dirname(at(name)), { recursive: true });
      writeFileSync(at(name), text);
    },
    async patch(callId, changes) {
      const all = await Promise.all(
        Object.entries(changes).map(async ([name, text]): Promise<FileChange> => {
          const { state, stamp } = await readState(at(name));
          return { path: at(name), before: state, stamp, after: text === null ? null : { type: "file", bytes: Buffer.from(text) } };
        }),
      );
      await journal.apply({ conversationId, turnId: "t1", callId, projectRoot: root }, all);
    },
    async revert(kind, callIds, force) {
      try {
        await journal[kind]({ conversationId, callIds, force });
        return "done";
      } catch (error) {
        const { code, details } = error as { code?: string; details?: { canForce?: boolean } };
        if (code === "not_found") return "nothing";
        if (code !== "undo_conflict") throw error;
        return details?.canForce === false ? "order" : "changed";
      }
    },
  };
}

test("a forced undo below a patch that stands: undoing that one too, or all, ends at the oldest content", async () => {
  const { write, patch, revert, text } = lab();
  write("a", "0");
  await patch("c1", { a: "1" });
  await patch("c2", { a: "2" });
  const seen: unknown[] = [await revert("undo", ["c1"], false)];
  for (const [kind, callIds, force] of [
    ["undo", ["c1"], true],
    ["undo", ["c1", "c2"], false],
    ["redo", ["c1"], true],
    ["redo", ["c1", "c2"], false],
    ["undo", ["c1"], true],
    ["redo", ["c1"], false],
    ["undo", ["c1", "c2"], false],
  ] as const)
    seen.push([await revert(kind, callIds, force), text("a")]);
  expect(seen).toEqual([
    "changed",
    ["done", "0"],
    ["done", "0"],
    ["done", "2"],
    ["done", "2"],
    ["done", "0"],
    ["done", "2"],
    ["done", "0"],
  ]);
});

test("an empty folder whose file one patch made and a later one deleted comes back with the redo", async () => {
  const { root, patch, revert } = lab();
  await patch("c1", { "d/deep/c": "1" });
  await patch("c2", { "d/deep/c": null });
  const seen = [existsSync(path.join(root, "d/deep"))];
  for (const kind of ["undo", "redo", "undo", "redo"] as const) {
    await revert(kind, ["c1", "c2"], false);
    seen.push(existsSync(path.join(root, "d/deep")), existsSync(path.join(root, "d")));
  }
  expect(seen).toEqual([true, false, false, true, true, false, false, true, true]);
});

const histories = process.env["SPINDLE_LONG"] === "1" ? 700 : 25;

test.each(["without", "with"])(
  `${histories} random histories of patches, undos and redos, ${"%s"} changes by others, end as the model says`,
  async (mode) => {
    const count = { done: 0, nothing: 0, changed: 0, order: 0 };
    for (let seed = 1; seed <= histories; seed++) {
      const random = createRandom(seed * 2 + (mode === "with" ? 1 : 0));
      const model = new UndoModel();
      const { text, write, patch, revert } = lab();
      const oldest = new Map<string, string | null>();
      const log: string[] = [];
      const check = (outcome: string, expected: string): void => {
        const real = Object.fromEntries(names.map((name) => [name, text(name)]));
        const wanted = Object.fromEntries(names.map((name) => [name, model.text(name)]));
        expect({ seed, log, outcome, real }).toEqual({ seed, log, outcome: expected, real: wanted });
      };
      for (const name of names) {
        const start = random.int(3) === 0 ? null : "0";
        write(name, start);
        model.edit(name, start);
        oldest.set(name, start);
      }
      for (let step = 0; step < 14; step++) {
        const some = (from: readonly string[]): string[] => (random.int(3) === 0 ? [...from] : from.filter(() => random.int(2) === 0));
        const force = random.int(2) === 0;
        const what = random.int(mode === "with" ? 11 : 10);
        if (what < 4) {
          const changes = Object.fromEntries(
            names
              .filter(() => random.int(2) === 0)
              .map((name) => [name, text(name) !== null && random.int(5) === 0 ? null : `${step}.${random.int(2)}`]),
          );
          log.push(`patch p${step} ${JSON.stringify(changes)}`);
          if (Object.keys(changes).length === 0) continue;
          await patch(`p${step}`, changes);
          model.patch(`p${step}`, changes);
          check("done", "done");
        } else if (what < 10) {
          const kind = what < 7 ? "undo" : "redo";
          const callIds = some(kind === "undo" ? model.standing() : model.undone());
          log.push(`${force ? "force " : ""}${kind} ${callIds.join(" ")}`);
          const expected = model[kind](callIds, force);
          count[expected]++;
          check(await revert(kind, callIds, force), expected);
        } else {
          const name = random.pick(["a", "b", "d/c"]);
          log.push(`edit ${name}`);
          write(name, `edit ${step}`);
          model.edit(name, `edit ${step}`);
        }
      }
      const standing = model.standing();
      const before = names.map(text);
      log.push("force undo all");
      check(await revert("undo", standing, true), model.undo(standing, true));
      // Whatever was forced before, in whatever order: nothing of any patch is left where nobody else wrote.
      if (mode === "without") expect({ seed, log, all: names.map(text) }).toEqual({ seed, log, all: [...oldest.values()] });
      log.push("redo them");
      check(await revert("redo", standing, false), model.redo(standing, false));
      expect({ seed, log, all: names.map(text) }).toEqual({ seed, log, all: before });
    }
    expect(Object.values(count).every((times) => times > 0)).toBe(true);
  },
  600_000,
);
