import type { ChildProcess } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBrokerLink } from "../../../src/main/runner/broker-link.ts";
import { createBrokerRunner } from "../../../src/main/runner/broker-runner.ts";
import type { Runner, RunRequest } from "../../../src/main/runner/runner.ts";
import { livingWith } from "./living.ts";
import { brokersGone, startNodeBroker } from "./node-broker.ts";

const never = new AbortController().signal;
let brokers: ChildProcess[];
let runner: Runner;

beforeEach(() => {
  brokers = [];
  runner = createBrokerRunner(createBrokerLink(() => startNodeBroker(brokers)));
});
afterEach(async () => {
  await runner.close();
  await brokersGone(brokers);
});

function bash(cmd: string, more: Partial<RunRequest> = {}): RunRequest {
  return { argv: ["bash", "-c", cmd], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 20_000, ...more };
}

describe("a runner in another process", () => {
  it("is the same runner: result, deltas, bytes on descriptors, errors, cancelling", async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const cancelled = runner.run(bash("echo up; sleep 30"), stop.signal, () => stop.abort());
    const [result] = await Promise.all([
      runner.run(
        bash("cat; cat <&3; echo err >&2; exit 7", { stdin: Buffer.from("in "), fd3: Buffer.from("three\n") }),
        never,
        (stream, text) => seen.push(`${stream}: ${text}`),
      ),
      expect(cancelled).rejects.toMatchObject({ code: "cancelled" }),
      expect(runner.run(bash("true", { argv: ["no-such-program"] }), never)).rejects.toMatchObject({
        code: "command_not_started",
        hint: "Check its name and PATH.",
      }),
    ]);
    expect(result).toMatchObject({ exitCode: 7, stdout: "in three\n", stderr: "err\n" });
    expect(seen.toSorted().join("")).toMatch(/stderr: err\n.*stdout: in three\n/s);
    expect(brokers).toHaveLength(1);
  });

  it("ends a run as its timeout does when its time is kept elsewhere", async () => {
    const expiry = new AbortController();
    const run = runner.run(bash("trap 'echo tidy; exit 0' TERM; echo up; sleep 30 & wait"), never, () => expiry.abort(), expiry.signal);
    expect(await run).toMatchObject({ exitCode: 124, timedOut: true, stdout: "up\ntidy\n" });
  });

  it("rejects open runs when the broker dies, leaves no child, and starts a new broker for the next run", async () => {
    const mark = `spindle_mark_${process.pid}_broker`;
    const run = runner.run(bash(`echo up; exec -a ${mark} sleep 30`), never, () => brokers[0]?.kill("SIGKILL"));
    await expect(run).rejects.toMatchObject({
      code: "interrupted",
      message: "The process that runs commands ended (SIGKILL); the command was killed.",
    });
    await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 20 }).toEqual([]);
    expect(await runner.run(bash("echo again"), never)).toMatchObject({ exitCode: 0, stdout: "again\n" });
  });

  it("kills its children and exits when its parent disappears", async () => {
    const mark = `spindle_mark_${process.pid}_parent`;
    const run = runner.run(bash(`echo up; exec -a ${mark} sleep 30`), never, () => brokers[0]?.disconnect());
    await expect(run).rejects.toMatchObject({ code: "interrupted", message: expect.stringContaining("exit code 0") });
    expect(brokers[0]?.exitCode).toBe(0);
    await expect.poll(() => livingWith(mark), { timeout: 400, interval: 20 }).toEqual([]);
  });

  it("closes with its children dead", async () => {
    const mark = `spindle_mark_${process.pid}_closed`;
    let close: Promise<void> | undefined;
    const run = runner.run(bash(`echo up; exec -a ${mark} sleep 30`), never, () => {
      close = runner.close();
    });
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    await close;
    expect(livingWith(mark)).toEqual([]);
  });
});
