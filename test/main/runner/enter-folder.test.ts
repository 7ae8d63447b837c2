import { mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { folderId } from "../../../src/main/lib/folder.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
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
