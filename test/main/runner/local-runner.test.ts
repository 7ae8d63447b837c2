import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import type { Runner, RunRequest } from "../../../src/main/runner/runner.ts";
import { livingWith } from "./living.ts";

const never = new AbortController().signal;
let runner: Runner;
let folder: string;

beforeEach(() => {
  runner = createLocalRunner();
  folder = mkdtempSync(path.join(tmpdir(), "spindle-runner-"));
});
afterEach(async () => {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
});

function bash(cmd: string, more: Partial<RunRequest> = {}): RunRequest {
  return { argv: ["bash", "-c", cmd], cwd: folder, env: { PATH: process.env["PATH"] ?? "", HOME: folder }, timeoutMs: 20_000, ...more };
}

describe("a command that ends by itself", () => {
  it("gives both streams, their order of arrival, the exit code and end-of-file on stdin", async () => {
    const result = await runner.run(bash("cat; echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three; exit 3"), never);
    expect(result).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: "one\nthree\n",
      stderr: "two\n",
      output: "one\ntwo\nthree\n",
      timedOut: false,
      truncated: false,
      omittedBytes: 0,
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(90);
  });

  it("reports a death by signal n as 128+n with the signal's name", async () => {
    expect(await runner.run(bash("kill -SEGV $$"), never)).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
    expect(await runner.run(bash("kill -9 $$"), never)).toMatchObject({ exitCode: 137, signal: "SIGKILL" });
  });

  it("lets the command open its output through /dev/stdout and /dev/stderr, and gives it its input", async () => {
    const result = await runner.run(bash("cat /dev/stdin > /dev/stdout; echo err > /dev/stderr", { stdin: Buffer.from("typed") }), never);
    expect(result).toMatchObject({ exitCode: 0, stdout: "typed", stderr: "err\n" });
  });

  it("hands over descriptors 3 and 4 and no other, whatever this process inherited", async () => {
    const result = await runner.run(
      bash("cat <&3; cat <&4; exec 3<&- 4<&-; ls -m /proc/$$/fd; :", { fd3: Buffer.from("three "), fd4: Buffer.from("four ") }),
      never,
    );
    expect(result.stdout).toBe("three four 0, 1, 2\n");
  });

  it("decodes UTF-8 split over reads and turns invalid bytes into U+FFFD", async () => {
    const seen: string[] = [];
    const result = await runner.run(bash(`printf '\\xe2\\x82'; sleep 0.08; printf '\\xac|\\xff\\xfe|\\xf0\\x9f'`), never, (_, text) =>
      seen.push(text),
    );
    expect({ stdout: result.stdout, seen: seen.join("") }).toEqual({ stdout: "€|\uFFFD\uFFFD|\uFFFD", seen: "€|\uFFFD\uFFFD|\uFFFD" });
  });

  it("keeps head and tail of a flood and counts the rest exactly", async () => {
    const result = await runner.run(bash("head -c 3000000 /dev/zero | tr '\\0' a; echo END", { maxBytes: 1_000 }), never);
    const marker = `\n... ${3_000_004 - 1_000} bytes omitted ...\n`;
    expect(result.stdout).toBe(`${"a".repeat(500)}${marker}${"a".repeat(496)}END\n`);
    expect(result).toMatchObject({ truncated: true, omittedBytes: 2_999_004, stderr: "" });
  });

  it("takes 1 GB of output in constant memory and is done as soon as the command is", async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const seen = { bytes: 0 };
    const result = await runner.run(bash("head -c 1073741824 /dev/zero; echo END"), never, (_, text) => (seen.bytes += text.length));
    clearInterval(sampler);
    expect({ tail: result.stdout.slice(-4), omitted: result.omittedBytes, length: result.stdout.length }).toEqual({
      tail: "END\n",
      omitted: 1_073_741_828 - 1_048_576,
      length: 1_048_576 + "\n... 1072693252 bytes omitted ...\n".length,
    });
    expect(peak - before).toBeLessThan(64 * 1024 * 1024);
    expect(seen.bytes).toBeLessThan(10_000 * 8_192);
  });

  it("thins a flood out for the one who watches: pieces of at most 8 KiB and a line for what is left out", async () => {
    const pieces: string[] = [];
    await runner.run(bash("head -c 30000000 /dev/zero | tr '\\0' a"), never, (_, text) => pieces.push(text));
    expect(Math.max(...pieces.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(8_192);
    const shown = pieces.join("").replace(/[^a]/g, "").length - 0;
    expect(shown).toBeLessThan(30_000_000);
    expect(pieces.some((piece) => /bytes not shown/.test(piece))).toBe(true);
  });
});

describe("a command that does not end", () => {
  it("gets SIGTERM at its timeout and may tidy up", async () => {
    const result = await runner.run(bash("trap 'echo tidy; exit 0' TERM; echo up; sleep 30 & wait", { timeoutMs: 200 }), never);
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, signal: null, stdout: "up\ntidy\n" });
    expect(result.durationMs).toBeLessThan(5_000);
  });

  it("gets SIGKILL after the grace when it ignores SIGTERM, with its whole group", async () => {
    const mark = `spindle_mark_${process.pid}_ignores`;
    const result = await runner.run(bash(`trap '' TERM; (exec -a ${mark} sleep 30) & sleep 30`, { timeoutMs: 100 }), never);
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, signal: "SIGKILL" });
    expect(result.durationMs).toBeGreaterThan(550);
    expect(result.durationMs).toBeLessThan(5_000);
    expect(livingWith(mark)).toEqual([]);
  });

  it("is cancelled with its whole group dead", async () => {
    const mark = `spindle_mark_${process.pid}_cancel`;
    const stop = new AbortController();
    const run = runner.run(bash(`(exec -a ${mark} sleep 30) & (exec -a ${mark} sleep 31) & echo up; wait`), stop.signal, () =>
      stop.abort(),
    );
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    expect(livingWith(mark)).toEqual([]);
  });

  it("is not waited for when it only holds the pipe in the background", async () => {
    const mark = `spindle_mark_${process.pid}_holds`;
    const result = await runner.run(bash(`(exec -a ${mark} sleep 5) & echo done`), never);
    expect(result).toMatchObject({ exitCode: 0, stdout: "done\n" });
    expect(result.durationMs).toBeGreaterThan(200);
    expect(result.durationMs).toBeLessThan(2_500);
    expect(livingWith(mark)).toEqual([]);
  });

  it("is killed by close, which waits for it", async () => {
    const mark = `spindle_mark_${process.pid}_close`;
    let close: Promise<void> | undefined;
    const run = runner.run(bash(`echo up; exec -a ${mark} sleep 30`), never, () => {
      close = runner.close();
    });
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    await close;
    expect(livingWith(mark)).toEqual([]);
    await expect(runner.run(bash("true"), never)).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a command that cannot start", () => {
  const cases: readonly (readonly [string, Partial<RunRequest>, RegExp])[] = [
    ["a missing program", { argv: ["no-such-program-at-all"] }, /The program no-such-program-at-all was not found/],
    ["a missing folder", { cwd: "/no/such/folder" }, /The folder \/no\/such\/folder does not exist/],
    ["a file as folder", { cwd: "/etc/passwd" }, /\/etc\/passwd is not a folder/],
    ["a NUL byte", { argv: ["bash", "-c", "echo \0"] }, /NUL byte/],
    ["an argument of 200 KB", { argv: ["bash", "-c", `: ${"x".repeat(200_000)}`] }, /too long/],
    ["a program that is no program", { argv: ["/etc/passwd"] }, /may not be run/],
  ];
  it.each(cases)("says why: %s", async (_, request, message) => {
    await expect(runner.run(bash("true", request), never)).rejects.toMatchObject({
      code: "command_not_started",
      message: expect.stringMatching(message),
    });
  });

  it("does not start when it is cancelled already", async () => {
    await expect(runner.run(bash("true"), AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("many commands", () => {
  it("leave no descriptor and no zombie behind", async () => {
    await runner.run(bash("true"), never);
    const before = readdirSync("/proc/self/fd").length;
    const results = await Promise.all(Array.from({ length: 60 }, (_, i) => runner.run(bash(`echo ${i}`), never)));
    expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 60 }, (_, i) => `${i}\n`));
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before);
    expect(zombies()).toEqual([]);
  });
});

describe("a runner whose process is killed", () => {
  it("leaves no command and no temp folder behind, even after SIGKILL", async () => {
    const mark = `spindle_mark_${process.pid}_orphan`;
    const script = fileURLToPath(new URL("./runner-process.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", path.join(import.meta.dirname, "../../support/strip-types.mjs"), script, mark], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: folder },
    });
    const closed = new Promise((resolve) => child.once("close", resolve));
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    expect(livingWith(mark)).toHaveLength(1);
    child.kill("SIGKILL");
    await closed;
    await expect.poll(() => [livingWith(mark), readdirSync(folder)], { timeout: 2_000, interval: 20 }).toEqual([[], []]);
  });
});

function zombies(): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return fields[0] === "Z" && fields[1] === String(process.pid);
    } catch {
      return false;
    }
  });
}
