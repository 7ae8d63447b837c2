import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { folderId } from "../../../src/main/lib/folder.ts";
import { holdFolder } from "../../../src/main/runner/enter-folder.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import type { SpindleError } from "../../../src/protocol/error.ts";
import { swapFolder } from "../../support/folder-swapper.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const runner = createLocalRunner();
afterAll(() => runner.close());
const rounds = process.env["SPINDLE_LONG"] === "1" ? 2_000 : 80;

function where(cwd: string, id: string): Promise<string> {
  const request = { argv: ["/bin/sh", "-c", "pwd -P"], cwd, env: { PATH: "/usr/bin:/bin" }, timeoutMs: 10_000, folderId: id } as const;
  return runner.run(request, new AbortController().signal).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => (error as { code: string }).code,
  );
}

test("a command starts in the folder that was looked at, or not at all", async () => {
  const root = tempFolder();
  const sub = path.join(root, "sub");
  mkdirSync(sub);
  const id = folderId(statSync(sub, { bigint: true }));
  expect(await where(sub, id)).toBe(sub);
  // The same path, made anew: perhaps with the same inode number.
  rmSync(sub, { recursive: true });
  mkdirSync(sub);
  expect(await where(sub, id)).toBe("denied");
  renameSync(sub, `${sub}2`);
  symlinkSync(`${sub}2`, sub);
  expect(await where(sub, folderId(statSync(sub, { bigint: true })))).toBe("denied");
});

test(
  `a folder that is exchanged for a link while commands start leads none of them elsewhere, in ${rounds} rounds`,
  { timeout: 600_000 },
  async () => {
    const sub = path.join(tempFolder(), "sub");
    const outside = tempFolder();
    mkdirSync(sub);
    const id = folderId(statSync(sub, { bigint: true }));
    const swapping = await swapFolder(sub, outside, { inMs: 2, outMs: 2 });
    const places = new Map<string, number>();
    try {
      for (let round = 0; round < rounds; round++) {
        const place = await where(sub, id);
        places.set(place, (places.get(place) ?? 0) + 1);
      }
    } finally {
      await swapping.stop();
    }
    const ours = new Set([sub, `${sub}.aside`, "denied", "command_not_started"]);
    expect([...places.keys()].filter((place) => !ours.has(place))).toEqual([]);
    // The race took place.
    expect(places.size).toBeGreaterThan(1);
  },
);

test("a folder that can be entered but not listed is entered; one that cannot says so, and so does one that is gone", async () => {
  const root = tempFolder();
  const at = (name: string): string => path.join(root, name);
  const isRoot = process.geteuid?.() === 0;
  const ids = ["unlisted", "shut", "gone"].map((name) => {
    mkdirSync(at(name));
    return folderId(statSync(at(name), { bigint: true }));
  });
  // Root enters everything: an ordinary user's eyes are borrowed.
  if (isRoot) for (const name of ["", "unlisted", "shut"]) chownSync(at(name), 12_345, 12_345);
  chmodSync(at("unlisted"), 0o311);
  chmodSync(at("shut"), 0o600);
  rmSync(at("gone"), { recursive: true });
  const said = (index: number, name: string): string => {
    try {
      const held = holdFolder({ cwd: at(name), folderId: ids[index] ?? "" });
      held.release();
      return "entered";
    } catch (error) {
      return `${(error as SpindleError).code}: ${(error as SpindleError).message}`;
    }
  };
  if (isRoot) process.seteuid?.(12_345);
  try {
    expect([said(0, "unlisted"), said(2, "gone"), said(0, "shut")]).toEqual([
      "entered",
      expect.stringMatching(/^command_not_started.*does not exist any more/),
      expect.stringMatching(/^denied/),
    ]);
    // The real user counts for what may be entered, and that one stays root here.
    if (!isRoot) expect(said(1, "shut")).toMatch(/^command_not_started.*may not be entered/);
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const name of ["unlisted", "shut"]) chmodSync(at(name), 0o755);
  }
});
