import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BrokerLink, createBrokerLink } from "../../../src/main/runner/broker-link.ts";
import { createBrokerRunner } from "../../../src/main/runner/broker-runner.ts";
import { createBrokerTerminals } from "../../../src/main/runner/broker-terminals.ts";
import type { TerminalEnd, TerminalRequest, Terminals } from "../../../src/main/runner/terminal.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { livingWith, livingWithin } from "./living.ts";
import { brokersGone, startNodeBroker } from "./node-broker.ts";

const tempFolder = useTempFolders();
let brokers: ChildProcess[];
let link: BrokerLink;
let terminals: Terminals;
let printed: Map<string, string>;
let ended: Map<string, TerminalEnd>;
/** Whether what arrives counts as shown at once. */
let reading: boolean;
let folder: string;

beforeEach(() => {
  brokers = [];
  printed = new Map();
  ended = new Map();
  reading = true;
  folder = tempFolder();
  link = createBrokerLink(() => startNodeBroker(brokers));
  terminals = createBrokerTerminals(link, {
    output(id, text) {
      printed.set(id, (printed.get(id) ?? "") + text);
      if (reading) terminals.shown(id, text.length);
    },
    ended: (id, end) => ended.set(id, end),
  });
});
afterEach(async () => {
  await link.close();
  await brokersGone(brokers);
});

function request(id: string, more: Partial<TerminalRequest> = {}): TerminalRequest {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, PS1: "$ ", TERM: "xterm-256color" };
  return { id, shell: "/bin/bash", cwd: folder, env, columns: 80, rows: 24, ...more };
}

const shows = (id: string, text: string | RegExp): Promise<void> =>
  expect.poll(() => printed.get(id) ?? "", { timeout: 10_000, interval: 10 }).toMatch(text);

describe("a terminal", () => {
  it("is a login shell in the folder, with nothing open but its terminal; it takes input, sizes, and tells its exit code", async () => {
    await terminals.open(request("t1"));
    terminals.write("t1", "shopt login_shell; pwd; stty size; echo fds /proc/$$/fd/*; exit_with=7\r");
    await shows("t1", "24 80");
    await shows("t1", /login_shell\s+on/);
    await shows("t1", folder);
    await shows("t1", /fds \/proc\/\d+\/fd\/0 \/proc\/\d+\/fd\/1 \/proc\/\d+\/fd\/2( \/proc\/\d+\/fd\/255)?\s/);
    terminals.resize("t1", 100, 30);
    terminals.write("t1", "stty size; exit $exit_with\r");
    await shows("t1", "30 100");
    await expect.poll(() => ended.get("t1"), { timeout: 5_000 }).toEqual({ exitCode: 7, signal: null });
    // Nobody is there any more, which is no mistake.
    terminals.write("t1", "x");
    terminals.resize("t1", 10, 10);
    terminals.close("t1");
    await terminals.open(request("t1"));
  });

  it("waits while what it printed is not shown, and goes on when it is", async () => {
    reading = false;
    await terminals.open(request("t1"));
    terminals.write("t1", "yes 0123456789\r");
    await expect.poll(() => printed.get("t1")?.length ?? 0, { timeout: 10_000 }).toBeGreaterThan(200_000);
    await sleep(300);
    const held = printed.get("t1")?.length ?? 0;
    expect(held).toBeLessThan(512 * 1024);
    await sleep(300);
    expect(printed.get("t1")?.length).toBe(held);
    terminals.shown("t1", held);
    await expect.poll(() => printed.get("t1")?.length ?? 0, { timeout: 5_000 }).toBeGreaterThan(held);
    // Closing does not wait for the person either.
    terminals.close("t1");
    await expect.poll(() => ended.has("t1"), { timeout: 5_000 }).toBe(true);
  });

  it("ends with its foreground job when it is closed, also when the shell ignores the hang-up", async () => {
    const mark = `spindle_mark_${process.pid}_terminal`;
    await terminals.open(request("t1"));
    terminals.write("t1", `trap '' HUP; (trap - HUP; exec -a ${mark} sleep 60)\r`);
    await expect.poll(() => livingWith(mark).length, { timeout: 5_000 }).toBe(1);
    const from = performance.now();
    await terminals.closeAll();
    expect(performance.now() - from).toBeLessThan(1_500);
    expect({ living: livingWith(mark), ended: [...ended.keys()] }).toEqual({ living: [], ended: ["t1"] });
  });

  it("dies with its broker, however that dies: nothing is alive 400 ms later, and the window is told", async () => {
    const mark = `spindle_mark_${process.pid}_hung`;
    await terminals.open(request("t1", { env: { ...request("t1").env, MARK: mark } }));
    terminals.write("t1", `trap '' HUP; exec bash -c "trap '' HUP; : ${mark}; while :; do sleep 0.1; done"\r`);
    await expect.poll(() => livingWithin(mark).length, { timeout: 5_000 }).toBe(1);
    brokers[0]?.kill("SIGKILL");
    await sleep(400);
    expect(livingWithin(mark)).toEqual([]);
    await expect.poll(() => ended.get("t1")).toEqual({ exitCode: 129, signal: "SIGHUP" });
    await terminals.open(request("t1"));
    terminals.write("t1", "echo again $((1 + 1))\r");
    await shows("t1", "again 2");
  });

  it("keeps its descriptor from commands that run beside it", async () => {
    const runner = createBrokerRunner(link);
    await terminals.open(request("t1"));
    const result = await runner.run(
      { argv: ["bash", "-c", "ls -m /proc/$$/fd; :"], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 10_000 },
      new AbortController().signal,
    );
    expect(result.stdout).toBe("0, 1, 2\n");
  });

  const refused: readonly (readonly [string, Partial<TerminalRequest>, string, RegExp])[] = [
    ["a missing shell", { shell: "/no/such/shell" }, "command_not_started", /\/no\/such\/shell cannot be started/],
    ["a missing folder", { cwd: "/no/such/folder" }, "command_not_started", /The folder \/no\/such\/folder does not exist/],
    ["an id that is taken", { id: "t0" }, "bad_request", /a terminal t0 already/],
  ];
  it.each(refused)("says why it cannot start: %s", async (_, more, code, message) => {
    await terminals.open(request("t0"));
    await expect(terminals.open(request("t1", more))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
