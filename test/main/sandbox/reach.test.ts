import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { linkSync, mkdirSync, renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostSockets } from "../../../src/main/sandbox/host-sockets.ts";
import type { Reach } from "../../../src/protocol/settings.ts";
import { createSandboxLab, type SandboxLab } from "../../support/sandbox-lab.ts";

/** Servers outside the sandbox, of every kind a command could try to reach. */
let lab: SandboxLab;
let fallback: SandboxLab;
let port: number;
const servers: Server[] = [];
let abstractServer: ChildProcess;
const abstractName = `spindle-test-${process.pid}`;
/** Version of Landlock in this kernel; the fallback needs 6. */
const abi = Number(execFileSync("perl", ["-e", "print syscall(444, 0, 0, 1)"], { encoding: "utf8" }));

beforeAll(async () => {
  lab = await createSandboxLab();
  fallback = await createSandboxLab({ bwrapPath: "/nowhere/bwrap" });
  port = await listen(0);
  for (const place of [lab, fallback]) {
    await listen(path.join(place.project, "host.sock"));
    await listen(path.join(place.outside, "host.sock"));
  }
  await listenAbstract();
});
afterAll(async () => {
  abstractServer.kill("SIGKILL");
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await lab.close();
  await fallback.close();
});

/** In Perl: Node pads abstract names with zeros, which makes them other names. */
function listenAbstract(): Promise<void> {
  const code = `use Socket; socket(L, AF_UNIX, SOCK_STREAM, 0) && bind(L, sockaddr_un("\\0${abstractName}")) && listen(L, 5) or die; $| = 1; print "ready"; while (accept(C, L)) { syswrite C, "hello"; close C }`;
  abstractServer = spawn("perl", ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    abstractServer.stdout?.once("data", () => resolve());
    abstractServer.once("exit", () => reject(new Error("The abstract socket could not be made.")));
  });
}

function listen(where: number | string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // Whoever only knocks goes away without a word.
      socket.on("error", () => undefined);
      socket.end("hello from outside");
    });
    servers.push(server);
    server.once("error", reject);
    const ready = (): void => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    };
    if (typeof where === "number") server.listen(where, "127.0.0.1", ready);
    else server.listen(where, ready);
  });
}

/** Which of the servers outside a command can talk to, and whether one of its own works. */
async function reached(place: SandboxLab, reach: Reach): Promise<string> {
  const perl = (name: string, connect: string): string =>
    `perl -MSocket -e '${connect} or exit 1; my $x = ""; sysread(S, $x, 5); exit($x eq "hello" ? 0 : 1)' 2>/dev/null && echo ${name}`;
  const unix = (file: string): string => `socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un(${file}))`;
  const own = `perl -MSocket -e 'my $f = "own.sock"; unlink $f; socket(L, AF_UNIX, SOCK_STREAM, 0) && bind(L, sockaddr_un($f)) && listen(L, 1) or exit 1; if (!fork) { socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($f)); syswrite S, "hello"; exit } accept(C, L); my $x = ""; sysread(C, $x, 5); wait; exit($x eq "hello" ? 0 : 1)' 2>/dev/null && echo own`;
  const { stdout } = await place.attack(
    [
      perl("tcp", `socket(S, AF_INET, SOCK_STREAM, 0) && connect(S, pack_sockaddr_in(${port}, inet_aton("127.0.0.1")))`),
      perl("project", unix('"host.sock"')),
      perl("outside", unix(`"${place.outside}/host.sock"`)),
      perl("abstract", unix(`"\\0${abstractName}"`)),
      own,
    ].join("\n"),
    { reach },
  );
  return stdout.trim().split("\n").join(" ");
}

describe("what a command reaches besides files", () => {
  it.each([
    ["nothing", ""],
    ["local-sockets", "own"],
    ["network", "tcp"],
  ] as const)("with %s: %s", async (reach, expected) => {
    expect(await reached(lab, reach)).toBe(expected);
  });

  it("plain, every one of them answers: the test can see an escape", async () => {
    const { stdout } = await lab.attack("true", { level: "full" });
    expect(stdout).toBe("");
    const probe = await lab.attack(
      `perl -MSocket -e 'for (["${lab.outside}/host.sock"], ["\\0${abstractName}"]) { socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($_->[0])) or die; my $x = ""; sysread(S, $x, 5); print $x; close S }'`,
      { level: "full" },
    );
    expect(probe).toMatchObject({ stdout: "hellohello", stderr: "" });
  });

  it("finds the sockets of this machine, also with spaces in their names, and leaves out abstract and gone ones", async () => {
    const file = path.join(lab.project, "host.sock");
    const table = `Num RefCount Protocol Flags Type St Inode Path\n0: 00000002 00000000 00010000 0001 01 1 ${file}\n0: 00000002 00000000 00010000 0001 01 2 /gone/x y\n0: 00000002 00000000 00010000 0001 01 3 @abstract\n0: 00000003 00000000 00000000 0001 03 4\n`;
    const outside = path.join(lab.outside, "host.sock");
    const loop = `${table}0: 00000002 00000000 00010000 0001 01 5 /${"x".repeat(300)}\n`;
    expect(await hostSockets({ shown: [], elsewhere: [], inodes: new Set(), table: loop })).toContain(file);
    expect(await hostSockets({ shown: [lab.project], elsewhere: [], inodes: new Set(), table })).toContain(file);
    // As one that was bound in a container: the kernel does not tell of it here. In the project it may be a command's own.
    const foreign = await hostSockets({ shown: [lab.project], elsewhere: [lab.outside], inodes: new Set(), table: "" });
    expect([foreign.includes(outside), foreign.includes(file)]).toEqual([true, false]);
    expect(await hostSockets({ shown: [], elsewhere: [], inodes: new Set() })).toContain(file);
  });

  it("refuses a project that cannot be looked into whole", async () => {
    const folder = path.join(lab.project, "long");
    mkdirSync(folder);
    const name = "n".repeat(250);
    execFileSync("sh", ["-c", `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do mkdir ${name} && cd -P ./${name}; done`], {
      cwd: folder,
    });
    try {
      await expect(reached(lab, "local-sockets")).rejects.toMatchObject({ code: "sandbox_unavailable" });
    } finally {
      execFileSync("rm", ["-rf", folder]);
    }
  });
});

describe("sockets that are not where the kernel says", () => {
  const hello = (file: string): string =>
    `perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un("${file}")) or exit 1; my $x = ""; sysread(S, $x, 5); print $x'`;

  it("are masked: bound by a relative name by a process that went elsewhere, renamed, and under a second name", async () => {
    await listen(path.join(lab.outside, "first.sock"));
    renameSync(path.join(lab.outside, "first.sock"), path.join(lab.outside, "renamed.sock"));
    const folder = path.join(lab.project, "deep", "er");
    mkdirSync(folder, { recursive: true });
    const code = `use Socket; chdir "${folder}"; socket(L, AF_UNIX, SOCK_STREAM, 0) && bind(L, sockaddr_un("relative.sock")) && listen(L, 5) or die; chdir "/"; $| = 1; print "ready"; while (accept(C, L)) { syswrite C, "hello"; close C }`;
    const server = spawn("perl", ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => server.stdout.once("data", resolve));
    // A second name, as a command without this reach could have made it.
    linkSync(path.join(lab.project, "host.sock"), path.join(lab.project, "deep", "second.sock"));
    const files = [
      path.join(folder, "relative.sock"),
      path.join(lab.outside, "renamed.sock"),
      path.join(lab.project, "deep", "second.sock"),
    ];
    try {
      for (const file of files) {
        expect((await lab.attack(hello(file), { level: "full" })).stdout).toBe("hello");
        expect((await lab.attack(hello(file), { reach: "local-sockets" })).stdout).toBe("");
      }
      // Without inode numbers every socket file in sight counts.
      expect(await hostSockets({ shown: [lab.project], elsewhere: [lab.outside], inodes: null })).toEqual(expect.arrayContaining(files));
    } finally {
      server.kill("SIGKILL");
    }
  });
});

if (abi >= 6) {
  describe("the fallback", () => {
    it("can grant the network, and refuses to run with local sockets", async () => {
      expect(fallback.sandbox.info.grants).toEqual(["network"]);
      expect([await reached(fallback, "nothing"), await reached(fallback, "network")]).toEqual(["", "tcp"]);
      await expect(reached(fallback, "local-sockets")).rejects.toMatchObject({ code: "sandbox_unavailable" });
    });
  });
}
