import { fileURLToPath } from "node:url";
import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandboxLab, type SandboxLab } from "../../support/sandbox-lab.ts";
import { livingWith } from "../runner/living.ts";

/** The fallback for systems that refuse user namespaces, here simulated by a bwrap that cannot be found. */
let lab: SandboxLab;
beforeAll(async () => {
  lab = await createSandboxLab({ bwrapPath: "/nowhere/bwrap" });
});
afterAll(() => lab.close());

/** Version of Landlock in this kernel; -1 without it. The fallback needs 6 (Linux 6.12). */
const abi = Number(execFileSync("perl", ["-e", "print syscall(444, 0, 0, 1)"], { encoding: "utf8" }));

describe("the fallback", () => {
  it("is used where the kernel can do it, and says what it leaves open; else nothing is", () => {
    expect(lab.sandbox.info.enforcer).toBe(abi >= 6 ? "landlock" : "none");
    expect(lab.sandbox.info.detail).toContain(abi >= 6 ? "cannot protect .git" : "bubblewrap did not work");
  });
});

if (abi >= 6) {
  describe("a command kept in by Landlock", () => {
    it("works in the project and in its temp folder, with pipes, children and exit codes", async () => {
      const cmd =
        "set -e; echo x > src/new; mkdir -p build && mv src/new build/moved; chmod +x build/moved; t=$(mktemp); echo t > $t; cat $t build/moved ../home/notes; (exit 7)";
      expect(await lab.attack(cmd)).toMatchObject({ exitCode: 7, stdout: "t\nx\nordinary", stderr: "" });
      expect(await lab.attack("kill -SEGV $$")).toMatchObject({ exitCode: 139 });
    });

    it("cannot write, delete, rename or link outside, and changes no attributes at the level read-only", async () => {
      const o = lab.outside;
      const before = statSync(path.join(o, "file"));
      const ways = [
        `echo pwned > ${o}/file`,
        `echo pwned > ${o}/new`,
        `rm -f ${o}/file`,
        `mv ${o}/file ${o}/moved`,
        `truncate -s 0 ${o}/file`,
        `ln ${o}/file hard`,
        `mv ${o}/file stolen`,
        `ln -s ${o}/file soft && echo pwned > soft`,
        `echo pwned > /proc/self/root${o}/file`,
        "echo pwned > ~/.bashrc",
        "echo pwned > /etc/spindle-pwned",
        "echo pwned > /tmp/spindle-pwned",
        ": >> /proc/sys/kernel/core_pattern",
        "mkdir ../pwned",
      ];
      const run = (list: readonly string[]): string =>
        list.map((way) => `( ${way} ) 2>/dev/null && echo 'ESCAPED: '${JSON.stringify(way)}`).join("\n");
      const writing = await lab.attack(run(ways));
      const reading = await lab.attack(
        run([...ways, "echo x > created", "rm -rf src", `chmod 000 ${o}/file`, `chown 12345 ${o}/file`, `touch -d 2001-01-01 ${o}/file`]),
        { level: "read-only" },
      );
      const after = statSync(path.join(o, "file"));
      expect({
        writing: writing.stdout,
        reading: reading.stdout,
        text: readFileSync(path.join(o, "file"), "utf8"),
        entries: readdirSync(o),
        mode: after.mode,
        mtime: after.mtimeMs,
        uid: after.uid,
        src: existsSync(path.join(lab.project, "src")),
      }).toEqual({
        writing: "",
        reading: "",
        text: "original",
        entries: ["file"],
        mode: before.mode,
        mtime: before.mtimeMs,
        uid: before.uid,
        src: true,
      });
    });

    it("does not read keys, Spindle's data, or another process", async () => {
      const victim = spawn("sleep", ["60"], { stdio: "ignore", env: { VICTIM: "FAKE-ENVIRON" } });
      try {
        const result = await lab.attack(
          `cat ~/.ssh/id_rsa ~/.netrc ${lab.dataFolder}/settings.json /proc/${victim.pid}/environ; kill -9 ${victim.pid}; ${perl(`print "ptrace\\n" if syscall(101, 16, ${victim.pid}, 0, 0) != -1`)}; cat ~/notes`,
        );
        expect(result.stdout).toBe("ordinary");
        expect([victim.exitCode, victim.signalCode]).toEqual([null, null]);
      } finally {
        victim.kill("SIGKILL");
      }
    });

    it("changes no limits and shares no memory of other processes; its own limits are its own", async () => {
      const victim = spawn("sleep", ["30"]);
      try {
        const ways = [
          `prlimit --pid ${victim.pid} --cpu=1:1`,
          `renice -n 5 -p ${victim.pid}`,
          `perl -e 'exit(syscall(29, 0, 4096, 01600) < 0 ? 1 : 0)'`,
          `perl -e 'exit(syscall(64, 0, 1, 01600) < 0 ? 1 : 0)'`,
          `perl -e 'exit(syscall(68, 0, 01600) < 0 ? 1 : 0)'`,
        ];
        const out = await lab.attack(
          `${ways.map((way) => `( ${way} ) 2>/dev/null && echo ESCAPED`).join("\n")}\nulimit -n 100; prlimit --cpu=50 true && echo own`,
          { level: "read-only" },
        );
        expect(out.stdout).toBe("own\n");
      } finally {
        victim.kill("SIGKILL");
      }
    });

    it("has no network: no TCP, UDP, unix or other socket", async () => {
      let connections = 0;
      const tcp = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
      const udp = createSocket("udp4");
      const address = tcp.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const result = await lab.attack(
        `(echo x > /dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo TCP; ${perl(`use Socket; for my $family (1, 2, 10, 16, 17, 38, 40) { print "family $family\\n" if socket(my $s, $family, SOCK_STREAM, 0) || socket($s, $family, SOCK_DGRAM, 0) || socket($s, $family, 5, 0) || socket($s, $family, SOCK_RAW, 0) } print "done\\n"`)}`,
      );
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
      expect({ stdout: result.stdout, connections }).toEqual({ stdout: "done\n", connections: 0 });
    });

    it("has no descriptor but 0, 1, 2, no key in its environment and no capability", async () => {
      expect(
        (
          await lab.attack("ls -m /proc/$$/fd; env | grep -c FAKE; grep -E '^(CapEff|CapBnd):' /proc/self/status", {
            env: { OPENAI_API_KEY: "FAKE" },
          })
        ).stdout,
      ).toBe("0, 1, 2\n0\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n");
    });

    it("leaves no daemon behind, whether it ends, runs into its timeout, or is killed", async () => {
      const mark = `spindle_mark_${process.pid}_landlock`;
      const daemon = `setsid -f bash -c 'exec -a ${mark} sleep 60' </dev/null >/dev/null 2>&1; sleep 0.1`;
      expect(await lab.attack(`${daemon}; echo done`)).toMatchObject({ exitCode: 0, stdout: "done\n" });
      expect(livingWith(mark)).toEqual([]);
      expect(await lab.attack(`${daemon}; trap 'echo tidy; exit 0' TERM; while :; do sleep 0.05; done`, { timeoutMs: 400 })).toMatchObject({
        exitCode: 124,
        timedOut: true,
        stdout: "tidy\n",
      });
      expect(livingWith(mark)).toEqual([]);
      const stubborn = await lab.attack(`${daemon}; trap '' TERM; while :; do sleep 0.05; done`, { timeoutMs: 400 });
      expect(stubborn).toMatchObject({ exitCode: 124, timedOut: true });
      await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 10 }).toEqual([]);
    });

    it("dies with the process that runs commands, in whatever session it is", async () => {
      const mark = `spindle_mark_${process.pid}_landlock_app`;
      const script = fileURLToPath(new URL("./sandbox-process.ts", import.meta.url));
      const app = spawn(
        process.execPath,
        ["--import", path.join(import.meta.dirname, "../../support/strip-types.mjs"), script, mark, lab.project, "/nowhere/bwrap"],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const closed = new Promise((resolve) => app.once("close", resolve));
      await new Promise<void>((resolve) => app.stdout.once("data", () => resolve()));
      expect(livingWith(mark)).toHaveLength(1);
      app.kill("SIGKILL");
      await closed;
      await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 10 }).toEqual([]);
    });
  });
}

/** A Perl program as an argument for bash. */
function perl(code: string): string {
  return `perl -e '${code.replaceAll("'", `'\\''`)}'`;
}
