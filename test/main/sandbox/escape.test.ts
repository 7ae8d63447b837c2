import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandboxLab, type SandboxLab } from "../../support/sandbox-lab.ts";
import { livingWith } from "../runner/living.ts";

/** Attacks on the real bubblewrap, each checked from outside. They hold for root too, which is what containers run as. */
let lab: SandboxLab;
beforeAll(async () => {
  lab = await createSandboxLab({ limits: { processes: 256, fileBytes: 16 * 1024 * 1024 } });
  expect(lab.sandbox.info).toEqual({
    enforcer: "bubblewrap",
    detail: "bubblewrap with a system call filter",
    grants: ["local-sockets", "network"],
  });
});
afterAll(() => lab.close());

describe("the search for an enforcer", () => {
  it("finds bubblewrap also when the private temp folder lies in /tmp", async () => {
    const tmpFolder = mkdtempSync(path.join(tmpdir(), "spindle-"));
    const inTmp = await createSandboxLab({ tmpFolder });
    try {
      expect([inTmp.sandbox.info.enforcer, existsSync(`${tmpFolder}-probe`)]).toEqual(["bubblewrap", false]);
    } finally {
      await inTmp.close();
      rmSync(tmpFolder, { recursive: true });
    }
  });
});

describe("a sandboxed command and the disk", () => {
  it("works in the project and in a temp folder of its own that it keeps between commands", async () => {
    const first = await lab.attack(
      "set -e; echo x > src/new; mkdir -p build && mv src/new build/moved; ln build/moved build/link; echo t > /tmp/kept; mktemp; cat ../home/notes",
    );
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect([(await lab.attack("cat /tmp/kept build/link")).stdout, existsSync("/tmp/kept")]).toEqual(["t\nx\n", false]);
    // Another project of the same window has another /tmp.
    const elsewhere = path.join(path.dirname(lab.project), "other-project");
    mkdirSync(elsewhere, { recursive: true });
    expect((await lab.attack("ls -A /tmp", { project: elsewhere })).stdout).toBe("");
  });

  it("cannot write, delete, rename, chmod or link outside: directly, through links, or through /proc", async () => {
    symlinkSync(lab.outside, path.join(lab.project, "way-out"));
    const o = lab.outside;
    const ways = [
      `echo pwned > ${o}/file`,
      `echo pwned > ${o}/new`,
      `rm -f ${o}/file`,
      `mv ${o}/file ${o}/moved`,
      `chmod 000 ${o}/file`,
      `chown 12345 ${o}/file`,
      `touch -d 2001-01-01 ${o}/file`,
      `truncate -s 0 ${o}/file`,
      "echo pwned > way-out/file",
      `ln ${o}/file hard && echo pwned > hard`,
      `ln -s ${o}/file soft && echo pwned > soft`,
      `echo pwned > /proc/self/root${o}/file`,
      `echo pwned > /proc/1/root${o}/file`,
      `echo pwned > /proc/$PPID/root${o}/file`,
      `echo pwned > /proc/1/cwd${o}/file`,
      `mkdir ../pwned`,
      `echo pwned > ../project2`,
      `echo pwned > ~/.bashrc`,
      `echo pwned > /etc/spindle-pwned`,
    ];
    const before = statSync(path.join(o, "file"));
    const result = await lab.attack(ways.map((way) => `( ${way} ) 2>/dev/null && echo 'ESCAPED: '${JSON.stringify(way)}`).join("\n"));
    const after = statSync(path.join(o, "file"));
    expect({
      stdout: result.stdout,
      text: readFileSync(path.join(o, "file"), "utf8"),
      entries: readdirSync(o),
      mode: after.mode,
      mtime: after.mtimeMs,
      uid: after.uid,
      etc: existsSync("/etc/spindle-pwned"),
    }).toEqual({
      stdout: "",
      text: "original",
      entries: ["file"],
      mode: before.mode,
      mtime: before.mtimeMs,
      uid: before.uid,
      etc: false,
    });
  });

  it("cannot change what git or Spindle trust: hooks, config, .spindle, nested repositories, by write or by rename", async () => {
    const ways = [
      "echo pwned > .git/hooks/post-checkout",
      "echo pwned >> .git/config",
      "mv .git stolen",
      "rm -rf .git",
      "ln .git/config c && echo pwned >> c",
      "touch .spindle/rules",
      "mv .spindle s",
      "echo pwned > packages/sub/.git/hooks/post-checkout",
      "mv packages/sub/.git packages/sub/g",
      "mv packages/sub packages/sub2",
      "mv packages p",
      "umount .git",
      "mount -t tmpfs none .git",
      "mount -o remount,rw,bind .git",
    ];
    const result = await lab.attack(ways.map((way) => `( ${way} ) 2>/dev/null && echo 'ESCAPED: '${JSON.stringify(way)}`).join("\n"));
    expect({
      stdout: result.stdout,
      hooks: readdirSync(path.join(lab.project, ".git/hooks")),
      sub: readdirSync(path.join(lab.project, "packages/sub/.git/hooks")),
      config: readFileSync(path.join(lab.project, ".git/config"), "utf8"),
    }).toEqual({ stdout: "", hooks: [], sub: [], config: "[core]\n" });
    expect((await lab.attack("echo ok > packages/sub/file && cat packages/sub/file")).stdout).toBe("ok\n");
  });

  it("writes nothing at all at the level read-only, but its temp folder", async () => {
    const result = await lab.attack("echo x > created; rm -rf src; echo x > /tmp/ro && cat /tmp/ro", { level: "read-only" });
    expect([result.stdout, existsSync(path.join(lab.project, "created")), existsSync(path.join(lab.project, "src"))]).toEqual([
      "x\n",
      false,
      true,
    ]);
  });

  it("leaves no trace of its own in the project", async () => {
    await lab.attack("true");
    expect(readdirSync(lab.project).toSorted()).toEqual([".git", ".spindle", "build", "packages", "soft", "src", "way-out"]);
  });
});

describe("a sandboxed command and secrets", () => {
  it("does not see keys, Spindle's data, or API keys in the environment of any process", async () => {
    const result = await lab.attack(
      `cat ~/.ssh/id_rsa ~/.netrc ${lab.dataFolder}/settings.json; ls -A ~/.ssh ${lab.dataFolder}; env; cat /proc/*/environ | tr '\\0' '\\n'; ls /run; ls /proc/1/root/run; mv ~/.ssh ~/s; echo x > ${lab.dataFolder}/settings.json`,
      { env: { OPENAI_API_KEY: "FAKE-API-KEY", SPINDLE_SECRET: "FAKE-SECRET" } },
    );
    expect(result.output).not.toContain("FAKE-");
    expect(readFileSync(path.join(lab.dataFolder, "settings.json"), "utf8")).toBe("FAKE-SETTINGS");
  });

  it("sees descriptors 0, 1 and 2 and no other, in every process of the sandbox", async () => {
    const result = await lab.attack(
      perl(
        `for my $pid (grep { /^\\d+$/ && $_ != $$ } map { s{.*/}{}r } glob("/proc/*")) { for my $fd (glob("/proc/$pid/fd/*")) { my $to = readlink($fd) // "?"; print "$fd $to\\n" unless $fd =~ m{/[012]$} || $to eq "anon_inode:[eventfd]" } } for my $fd (3 .. 1023) { my $to = readlink("/proc/self/fd/$fd"); print "self $fd $to\\n" if defined $to && $to !~ m{^pipe:|^/proc/} }`,
      ),
    );
    expect({ stdout: result.stdout, exitCode: result.exitCode }).toEqual({ stdout: "", exitCode: 0 });
  });

  it("gives the wrapper, which runs outside, nothing of the command's environment", async () => {
    const command = await lab.sandbox.wrap(["/bin/true"], {
      level: "workspace-write",
      projectRoot: lab.project,
      writableFolders: [],
      reach: "nothing",
      cwd: lab.project,
      env: { LD_PRELOAD: "/x.so", TOKEN: "secret" },
    });
    expect({ env: command.env, leaked: command.argv.join(" ").includes("secret") }).toEqual({ env: {}, leaked: false });
  });
});

describe("a sandboxed command and other processes", () => {
  let victim: ChildProcess;
  beforeAll(() => {
    victim = spawn("sleep", ["60"], { stdio: "ignore", env: { VICTIM: "FAKE-ENVIRON" } });
  });
  afterAll(() => {
    victim.kill("SIGKILL");
  });

  it("neither sees nor signals them, nor reads or traces them", async () => {
    const pid = victim.pid ?? 0;
    const result = await lab.attack(
      `kill -9 ${pid}; kill -9 -1 2>/dev/null; kill -9 -${pid}; cat /proc/${pid}/environ; ls -d /proc/[0-9]* | wc -l; ${perl(`print "ptrace $!\\n" if syscall(101, 16, ${pid}, 0, 0) == -1; print "pidfd ", syscall(434, ${pid}, 0), "\\n"`)}`,
    );
    expect(result.output).not.toContain("FAKE-ENVIRON");
    expect(result.output).toMatch(/pidfd -1/);
    expect(Number(/^\d+$/m.exec(result.stdout)?.[0])).toBeLessThan(10);
    expect([victim.exitCode, victim.signalCode]).toEqual([null, null]);
  });

  it("takes its daemons along when it ends", async () => {
    const mark = `spindle_mark_${process.pid}_daemon`;
    const result = await lab.attack(
      `setsid -f bash -c 'exec -a ${mark} sleep 60' </dev/null >/dev/null 2>&1; (exec -a ${mark} nohup sleep 60 >/dev/null 2>&1) & sleep 0.2; echo done`,
    );
    expect(result).toMatchObject({ exitCode: 0, stdout: "done\n" });
    await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 10 }).toEqual([]);
  });

  it("gets SIGTERM and its grace at a timeout, then is gone with everything it started", async () => {
    const mark = `spindle_mark_${process.pid}_grace`;
    const result = await lab.attack(
      `setsid -f bash -c 'exec -a ${mark} sleep 60'; trap 'echo tidy; exit 0' TERM; while :; do sleep 0.05; done`,
      { timeoutMs: 300 },
    );
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, stdout: "tidy\n" });
    await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 10 }).toEqual([]);
  });

  it("dies with the process that runs commands, even when that is killed with SIGKILL", async () => {
    const mark = `spindle_mark_${process.pid}_app`;
    const script = fileURLToPath(new URL("./sandbox-process.ts", import.meta.url));
    const app = spawn(
      process.execPath,
      ["--import", path.join(import.meta.dirname, "../../support/strip-types.mjs"), script, mark, lab.project],
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

describe("a sandboxed command and the network", () => {
  let listeners: { readonly tcp: Server; readonly unix: Server; readonly abstract: Server; readonly port: number; connections: number };
  beforeAll(async () => {
    const open = async (where: { port?: number; host?: string; path?: string }): Promise<Server> => {
      const server = createServer((socket) => {
        listeners.connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(where, resolve));
      return server;
    };
    const tcp = await open({ port: 0, host: "127.0.0.1" });
    const address = tcp.address();
    const unix = await open({ path: path.join(lab.project, "service.sock") });
    const abstract = await open({ path: `\0spindle-escape-${process.pid}` });
    listeners = { tcp, unix, abstract, port: typeof address === "object" && address !== null ? address.port : 0, connections: 0 };
  });
  afterAll(async () => {
    await Promise.all([listeners.tcp, listeners.unix, listeners.abstract].map((server) => new Promise((resolve) => server.close(resolve))));
  });

  it("reaches no listener of this machine: TCP, UDP, unix, abstract unix, vsock", async () => {
    const udp = createSocket("udp4");
    let datagrams = 0;
    udp.on("message", () => datagrams++);
    await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
    const result = await lab.attack(
      perl(`
        use Socket; my $port = ${listeners.port}; my $path = "service.sock"; my $abstract = "\\0spindle-escape-${process.pid}";
        my $s; print "tcp\\n" if socket($s, AF_INET, SOCK_STREAM, 0) && connect($s, pack_sockaddr_in($port, inet_aton("127.0.0.1")));
        socket($s, AF_INET, SOCK_DGRAM, 0) && send($s, "x", 0, pack_sockaddr_in(${udp.address().port}, inet_aton("127.0.0.1")));
        for my $to ($path, $abstract) { print "unix\\n" if socket($s, AF_UNIX, SOCK_STREAM, 0) && connect($s, pack_sockaddr_un($to)) }
        print "dgram pair\\n" if socketpair(my $a, my $b, AF_UNIX, SOCK_DGRAM, 0);
        print "stream pair missing\\n" unless socketpair($a, $b, AF_UNIX, SOCK_STREAM, 0);
        print "vsock\\n" if socket($s, 40, SOCK_STREAM, 0);
        print "alg\\n" if socket($s, 38, 5, 0);
        print "done\\n";`),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    udp.close();
    expect({ stdout: result.stdout, connections: listeners.connections, datagrams }).toEqual({
      stdout: "done\n",
      connections: 0,
      datagrams: 0,
    });
  });

  it("has its own loopback for its own servers", async () => {
    const code = `const s = require("net").createServer((c) => c.end("hello")).listen(0, "127.0.0.1", () => require("net").connect(s.address().port).on("data", (d) => { console.log(String(d)); s.close(); }))`;
    expect(await lab.attack(`${JSON.stringify(process.execPath)} -e '${code}'`)).toMatchObject({ exitCode: 0, stdout: "hello\n" });
  });
});

describe("a sandboxed command and the kernel", () => {
  it("cannot make namespaces, mount, trace, or use what filters cannot see into", async () => {
    // Numbers of x86-64. 1 = EPERM, 38 = ENOSYS.
    const calls = {
      ptrace: [101, 0, 0, 0, 0],
      unshareUser: [272, 0x10000000],
      unshareNet: [272, 0x40000000],
      setns: [308, 0, 0],
      mount: [165, 0, 0, 0, 0, 0],
      pivotRoot: [155, 0, 0],
      bpf: [321, 0, 0, 0],
      keyctl: [250, 0, 0, 0, 0, 0],
      perf: [298, 0, 0, -1, -1, 0],
      userfaultfd: [323, 0],
      openByHandle: [304, 0, 0, 0],
      cloneUser: [56, 0x10000011, 0, 0, 0, 0],
    };
    const gone = { ioUring: [425, 1, 0], clone3: [435, 0, 0], x32getpid: [0x40000000 + 39] };
    const probe = (list: Readonly<Record<string, readonly number[]>>): string =>
      Object.entries(list)
        .map(
          ([name, args]) =>
            `$! = 0; $r = syscall(${args.join(", ")}); exit 0 if ${JSON.stringify(name)} =~ /^clone/ && $r == 0; print "${name} ", ($r == -1 ? $! + 0 : "ALLOWED"), "\\n";`,
        )
        .join("\n");
    const result = await lab.attack(perl(`my $r; ${probe(calls)} ${probe(gone)}`));
    expect(result.stdout).toBe(
      [...Object.keys(calls).map((name) => `${name} 1`), ...Object.keys(gone).map((name) => `${name} 38`), ""].join("\n"),
    );
  });

  it("has no privileges, no devices and no writable kernel settings, even as root", async () => {
    const result = await lab.attack(`grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '
      for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/kernel/mm/ksm/run /proc/self/../sys/vm/overcommit_memory; do ( : >> $f ) 2>/dev/null && echo "WRITABLE $f"; done
      mknod /tmp/disk b 254 0 2>/dev/null && echo MKNOD; ls /dev | grep -E '^(sd|vd|nvme|mem|kmsg|loop)' ; cat /proc/kcore >/dev/null 2>&1 && echo KCORE; unshare -Ur true 2>/dev/null && echo USERNS; exit 0`);
    expect(result.stdout.trim().split("\n").toSorted()).toEqual([
      "CapBnd: 0000000000000000",
      "CapEff: 0000000000000000",
      "NoNewPrivs: 1",
      "Seccomp: 2",
    ]);
  });
});

describe("a sandboxed command that floods", () => {
  /** The kernel exempts the real root from the limit on processes: then the attack runs as an ordinary user. */
  const asUser = process.getuid?.() === 0 ? ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"] : [];

  it("gets a limited number of processes and leaves none", async () => {
    const mark = `spindle_mark_${process.pid}_flood`;
    const flood = perl(
      `$| = 1; my $n = 0; while ($n < 400) { my $pid = fork; last unless defined $pid; if (!$pid) { $0 = "${mark}"; sleep 60; exit } $n++ } print "$n\\n"; kill 9, $$`,
    );
    const prepared = asUser.length === 0 ? [] : [lab.project, path.join(path.dirname(lab.project), "tmp")];
    for (const folder of prepared) chownSync(folder, 12_345, 12_345);
    try {
      const result = await lab.attack(flood, { before: asUser });
      expect(result.stderr).toBe("");
      expect(Number(result.stdout)).toBeGreaterThan(200);
      expect(Number(result.stdout)).toBeLessThan(256);
      await expect.poll(() => livingWith(mark), { timeout: 2_000, interval: 20 }).toEqual([]);
    } finally {
      for (const folder of prepared) chownSync(folder, 0, 0);
    }
  });

  it("cannot write a file larger than the limit", async () => {
    const result = await lab.attack("head -c 40000000 /dev/zero > big; stat -c %s big; rm big");
    expect(result.stdout).toBe(`${16 * 1024 * 1024}\n`);
  });
});

describe("a system without what the sandbox needs", () => {
  it("refuses to wrap anything but the level full, and says why", async () => {
    const blocker = path.join(lab.outside, "../fake-bwrap");
    mkdirSync(blocker);
    const bwrapPath = path.join(blocker, "bwrap");
    writeFileSync(bwrapPath, "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n");
    chmodSync(bwrapPath, 0o755);
    const broken = await createSandboxLab({ bwrapPath, searchPath: "/nowhere" });
    const missing = await createSandboxLab({ searchPath: "/nowhere" });
    const arm = await createSandboxLab({ arch: "arm64" });
    const mac = await createSandboxLab({ platform: "darwin" });
    try {
      expect([broken, missing, arm, mac].map((one) => one.sandbox.info)).toMatchObject([
        { enforcer: "none", detail: expect.stringContaining("user namespaces (bwrap: setting up uid map: Permission denied)") },
        { enforcer: "none", detail: expect.stringContaining("not installed") },
        { enforcer: "none", detail: expect.stringContaining("arm64") },
        { enforcer: "none", detail: expect.stringContaining("sandbox-exec did not work") },
      ]);
      await expect(broken.attack("echo ran > proof")).rejects.toMatchObject({ code: "sandbox_unavailable" });
      await expect(broken.attack("echo ran > proof", { level: "read-only" })).rejects.toMatchObject({ code: "sandbox_unavailable" });
      expect(existsSync(path.join(broken.project, "proof"))).toBe(false);
      expect(await broken.attack("echo plain", { level: "full" })).toMatchObject({ stdout: "plain\n" });
    } finally {
      await Promise.all([broken, missing, arm, mac].map((one) => one.close()));
    }
  });
});

/** A Perl program as an argument for bash; Perl can make any system call and is part of every Debian. */
function perl(code: string): string {
  return `perl -e '${code.replaceAll("'", `'\\''`)}'`;
}
