import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { livingWithin } from "../main/runner/living.ts";
import { exec, useServers } from "./exec-lab.ts";
import { useSpindle } from "./spindle-process.ts";
import { wires } from "./wires.ts";

const lab = useSpindle();
const serve = useServers();
const [responses] = wires;
if (responses === undefined) throw new Error("There is no wire.");
const rounds = Number(process.env["SPINDLE_LONG"] ?? 15);

test.each(["full", "workspace-write"])(
  `SIGKILL at a random moment while commands start: nothing is alive 400 ms later, ${rounds} times at %s`,
  { timeout: 30_000 + rounds * 8_000 },
  async (level) => {
    const failures: unknown[] = [];
    for (let round = 0; round < rounds; round++) {
      const spindle = lab();
      const mark = `spindle_mark_${process.pid}_${level}_${round}_`;
      const code = `await Promise.all(Array.from({ length: 40 }, () => tools.exec({ cmd: "trap '' TERM; exec -a ${mark} sleep 60" })));`;
      const server = await serve(responses, [responses.answer("", [{ name: "script", input: { code } }])]);
      const wait = Math.random() * 150;
      let sent = false;
      await exec(spindle, responses, server.baseUrl, ["--approval", "auto", "--sandbox", level], {
        onLine(line, child) {
          if (sent || !line.includes('"name":"exec"')) return;
          sent = true;
          setTimeout(() => child.kill("SIGKILL"), wait);
        },
      });
      await sleep(400);
      const alive = livingWithin(mark);
      for (const { pid } of alive) process.kill(pid, "SIGKILL");
      if (alive.length > 0) failures.push({ round, wait, alive });
      expect(sent).toBe(true);
      // The private /tmp of sandboxed commands is removed by the next start.
      await expect.poll(() => readdirSync(spindle.tmp).filter((name) => name.startsWith("spindle-pipes")), { timeout: 3_000 }).toEqual([]);
    }
    expect(failures).toEqual([]);
  },
);
