import { chmodSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createChangeWatch, type Found } from "../../../src/main/project/change-watch.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A watch over a folder that lists what `names` says, `listMs` late. */
function watchOf(root: string, names: () => readonly string[], { listMs = 0, complete = true } = {}) {
  const found: Found<string>[] = [];
  let lists = 0;
  const watch = createChangeWatch<string>({
    async list() {
      lists++;
      await pause(listMs);
      return { paths: names().map((name) => path.join(root, name)), complete };
    },
    report: (one) => found.push(one),
    budgetMs: 20,
  });
  const told = () =>
    found
      .flatMap(({ changes }) => changes)
      .map(
        (change) =>
          `${change.commands.join(" ")}: ${change.kind} ${path.relative(root, change.path)} ${change.bytesBefore}>${change.bytesAfter} ${change.before === null ? "?" : "known"}`,
      );
  return { watch, found, told, lists: () => lists };
}

test("a command does not wait for a slow first look; what it changed before that is named, without what it was", async () => {
  const root = tempFolder();
  for (const name of ["old", "kept"]) writeFileSync(path.join(root, name), "1");
  await pause(40);
  const { watch, told } = watchOf(root, () => ["old", "kept", "born"], { listMs: 200 });
  const before = performance.now();
  const end = await watch.begin("c1");
  expect(performance.now() - before).toBeLessThan(150);
  await pause(40);
  writeFileSync(path.join(root, "old"), "22");
  writeFileSync(path.join(root, "born"), "1");
  await pause(300);
  end();
  await watch.settled();
  expect(told()).toEqual(["c1: modified old null>2 ?", "c1: added born 0>1 known"]);
});

test("commands that end together share a look, and looking leaves three quarters of the time to others", async () => {
  const root = tempFolder();
  const { watch, lists } = watchOf(root, () => [], { listMs: 30 });
  await watch.prepare();
  const startedAt = performance.now();
  for (let i = 0; i < 40; i++) {
    (await watch.begin(`c${i}`))();
    await pause(5);
  }
  const looks = lists() - 1;
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(Math.ceil((performance.now() - startedAt) / 120) + 1);
  await watch.settled();
});

test("without a whole list, an old file that turns up is not called new", async () => {
  const root = tempFolder();
  mkdirSync(path.join(root, "in"));
  for (const name of ["a", "b"]) writeFileSync(path.join(root, name), "1");
  await pause(40);
  const names = ["a"];
  const { watch, told, found } = watchOf(root, () => names, { complete: false });
  await watch.prepare();
  const end = await watch.begin("c1");
  names.push("b", "new");
  await pause(40);
  writeFileSync(path.join(root, "new"), "1");
  rmSync(path.join(root, "a"));
  end();
  await watch.settled();
  expect([told(), found.map(({ ended, complete }) => [ended, complete])]).toEqual([
    ["c1: deleted a 1>0 ?", "c1: added new 0>1 known"],
    [[["c1"], false]],
  ]);
});

test("a writer we know is waited for, and nothing it wrote is a command's", async () => {
  const root = tempFolder();
  const file = path.join(root, "a");
  writeFileSync(file, "1");
  await pause(40);
  const { watch, told } = watchOf(root, () => ["a"]);
  await watch.prepare();
  const end = await watch.begin("c1");
  const release = watch.hold();
  await pause(20);
  writeFileSync(file, "22");
  end();
  await pause(50);
  expect(told()).toEqual([]);
  watch.wrote(file, "22");
  release();
  await watch.settled();
  expect(told()).toEqual([]);
  const next = await watch.begin("c2");
  await pause(20);
  writeFileSync(file, "333");
  next();
  await watch.settled();
  expect(told()).toEqual(["c2: modified a 2>3 known"]);
});

test("what a person saved between two commands is known to the second one, also when a look saw it first", async () => {
  const root = tempFolder();
  const file = path.join(root, "a");
  writeFileSync(file, "1");
  await pause(40);
  const { watch, told } = watchOf(root, () => ["a"]);
  await watch.prepare();
  watch.remember(file);
  const end = await watch.begin("c1");
  end();
  await pause(40);
  writeFileSync(file, "mine");
  // A later look takes it in, and blames nobody.
  const second = await watch.begin("c2");
  second();
  await watch.settled();
  const third = await watch.begin("c3");
  await pause(20);
  writeFileSync(file, "theirs");
  third();
  await watch.settled();
  expect(told()).toEqual(["c3: modified a 4>6 known"]);
});

test("a file that was touched, or written again as it was, did not change", async () => {
  const root = tempFolder();
  const file = path.join(root, "a");
  writeFileSync(file, "1");
  await pause(40);
  const { watch, told } = watchOf(root, () => ["a"]);
  await watch.prepare();
  watch.remember(file);
  const end = await watch.begin("c1");
  await pause(20);
  utimesSync(file, new Date(), new Date());
  end();
  await watch.settled();
  const again = await watch.begin("c2");
  await pause(20);
  writeFileSync(file, "1");
  again();
  await watch.settled();
  expect(told()).toEqual([]);
  const third = await watch.begin("c3");
  await pause(20);
  writeFileSync(file, "2");
  third();
  await watch.settled();
  expect(told()).toEqual(["c3: modified a 1>1 known"]);
});

test("files of a folder that was moved are gone from the old place and new at the other one", async () => {
  const root = tempFolder();
  mkdirSync(path.join(root, "n/deep"), { recursive: true });
  const names = ["n/a", "n/deep/b"];
  for (const name of names) writeFileSync(path.join(root, name), "1");
  await pause(40);
  let listed = names;
  const { watch, told } = watchOf(root, () => listed);
  await watch.prepare();
  await pause(20);
  const end = await watch.begin("c1");
  await pause(20);
  renameSync(path.join(root, "n"), path.join(root, "n2"));
  listed = ["n2/a", "n2/deep/b"];
  end();
  await watch.settled();
  expect(told().toSorted()).toEqual([
    "c1: added n2/a 0>1 known",
    "c1: added n2/deep/b 0>1 known",
    "c1: deleted n/a 1>0 ?",
    "c1: deleted n/deep/b 1>0 ?",
  ]);
});

test("a file that became executable is told with that, though its text is the same", async () => {
  const root = tempFolder();
  const file = path.join(root, "run");
  writeFileSync(file, "1");
  await pause(40);
  const { watch, told, found } = watchOf(root, () => ["run"]);
  await watch.prepare();
  watch.remember(file);
  const end = await watch.begin("c1");
  await pause(20);
  chmodSync(file, 0o755);
  end();
  await watch.settled();
  const again = await watch.begin("c2");
  await pause(20);
  chmodSync(file, 0o700);
  again();
  await watch.settled();
  expect([told(), found.flatMap(({ changes }) => changes.map(({ executable }) => executable))]).toEqual([
    ["c1: modified run 1>1 known"],
    [true],
  ]);
});
