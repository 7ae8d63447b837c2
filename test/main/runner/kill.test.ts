import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../../support/temp-folder.ts";
import { livingWithin } from "./living.ts";

const support = path.join(import.meta.dirname, "../../support/strip-types.mjs");
const script = fileURLToPath(new URL("./kill-process.ts", import.meta.url));
const tempFolder = useTempFolders();
const rounds = Number(process.env["SPINDLE_LONG"] ?? 15);

describe("a process that starts commands without a pause and is killed by SIGKILL at a random moment", () => {
  it.each(["plain", "broker"])(
    `leaves no command alive 400 ms later, ${rounds} times: %s`,
    { timeout: 20_000 + rounds * 4_000 },
    async (kind) => {
      const failures: unknown[] = [];
      for (let round = 0; round < rounds; round++) {
        const mark = `spindle_mark_${process.pid}_kill_${kind}_${round}_`;
        const folder = tempFolder();
        const child = spawn(process.execPath, ["--import", support, script, mark, kind], {
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, TMPDIR: folder },
        });
        const closed = new Promise((resolve) => child.once("exit", resolve));
        await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
        const wait = Math.random() * 60;
        await sleep(wait);
        child.kill("SIGKILL");
        await closed;
        await sleep(400);
        const alive = livingWithin(mark);
        if (alive.length > 0) failures.push({ round, wait, alive });
        await expect.poll(() => readdirSync(folder), { timeout: 3_000, interval: 50 }).toEqual([]);
        for (const { pid } of alive) process.kill(pid, "SIGKILL");
      }
      expect(failures).toEqual([]);
    },
  );
});
