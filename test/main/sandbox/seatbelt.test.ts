import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createSeatbelt, seatbeltProfile } from "../../../src/main/sandbox/seatbelt.ts";
import type { EnforcedPolicy } from "../../../src/main/sandbox/enforcer.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

/** Real folders: a home with secrets, data, and a project in it. The profile is text here: no macOS to run it on. */
function setUp(overrides: Partial<EnforcedPolicy> = {}) {
  const root = realpathSync(tempFolder());
  const at = (name: string) => path.join(root, name);
  for (const name of ['proj "q" (1)', "home/.ssh", "data/work", "tmp"]) mkdirSync(at(name), { recursive: true });
  const places = {
    secrets: [at("home/.ssh"), at("home/.nothing")],
    dataFolder: at("data"),
    tmpRoot: at("tmp"),
    limits: { processes: 1, fileBytes: 1 },
  };
  const policy: EnforcedPolicy = {
    level: "workspace-write",
    projectRoot: at('proj "q" (1)'),
    writableFolders: [],
    reach: "nothing",
    cwd: root,
    tmpFolder: at("tmp"),
    env: { A: "1" },
    ...overrides,
  };
  return { at, places, policy, lines: seatbeltProfile(policy, places).split("\n") };
}

describe("the profile for macOS", () => {
  it("denies by default, lets the project and the temp folder be written but not .git, hides secrets and data", () => {
    const { at, lines } = setUp();
    const project = at('proj \\"q\\" (1)');
    expect(lines.slice(0, 2)).toEqual(["(version 1)", "(deny default)"]);
    expect(lines.filter((line) => line.includes("file-write*"))).toEqual([
      `(allow file-write* (subpath "${project}"))`,
      `(allow file-write* (subpath "${at("tmp")}"))`,
      `(deny file-read* file-write* (subpath "${at("data")}"))`,
      `(deny file-read* file-write* (subpath "${at("home/.ssh")}"))`,
      `(deny file-write* (regex #"^${at("proj ").replaceAll(".", "\\.")}["]q["] \\(1\\)/(.*/)?\\.([gG][iI][tT]|[sS][pP][iI][nN][dD][lL][eE])(/|$)"))`,
    ]);
    expect(lines.filter((line) => /network|socket/.test(line))).toEqual([]);
  });

  it("protects every .git wherever it is, and nothing that only looks like one", () => {
    const { lines, policy } = setUp();
    const rule = lines.find((line) => line.startsWith("(deny file-write* (regex"));
    const pattern = new RegExp(/#"(.*)"\)\)$/.exec(rule ?? "")?.[1] ?? "never^");
    const inside = (name: string) => pattern.test(`${policy.projectRoot}/${name}`);
    expect(
      [".git", ".git/config", "a/b/.GIT/hooks/x", ".Git", ".spindle/x", ".gitignore", "a.git/x", "git/x", ".github/x"].map(inside),
    ).toEqual([true, true, true, true, true, false, false, false, false]);
  });

  it("writes nothing but the temp folder at read-only, and shows a project that lies in a hidden folder", () => {
    const { at, lines } = setUp({ level: "read-only" });
    expect(lines.filter((line) => line.startsWith("(allow file-write*"))).toEqual([`(allow file-write* (subpath "${at("tmp")}"))`]);
    const { places, policy } = setUp();
    const profile = seatbeltProfile({ ...policy, projectRoot: path.join(places.dataFolder, "work") }, places).split("\n");
    const hidden = profile.indexOf(`(deny file-read* file-write* (subpath "${places.dataFolder}"))`);
    // What is trusted in it stays protected: the last rule wins.
    const last = profile.findLastIndex((line) => line.startsWith("(deny file-write* (regex"));
    expect([hidden >= 0, last > hidden + 1]).toEqual([true, true]);
    expect(profile[hidden + 1]).toBe(`(allow file-read* file-write* (subpath "${path.join(places.dataFolder, "work")}"))`);
  });

  it("protects repositories with other names, and the names of what is above them and above what is hidden", async () => {
    const { at, places, policy } = setUp();
    const home = { ...policy, projectRoot: at("home") };
    for (const name of ["objects", "refs"]) mkdirSync(at(`home/repos/bare/${name}`), { recursive: true });
    mkdirSync(at("home/.config/gh"), { recursive: true });
    writeFileSync(at("home/repos/bare/HEAD"), "ref: refs/heads/main");
    const { argv } = await createSeatbelt({ ...places, secrets: [at("home/.config/gh")] }).wrap(["/bin/true"], home);
    const lines = (argv[2] ?? "").split("\n");
    const place = lines.indexOf(`(deny file-write* (subpath "${at("home/repos/bare")}"))`);
    expect(place).toBeGreaterThan(lines.indexOf(`(allow file-write* (subpath "${at("home")}"))`));
    expect(lines.filter((line) => line.startsWith("(deny file-write-unlink"))).toEqual([
      `(deny file-write-unlink (literal "${at("home/repos")}"))`,
      `(deny file-write-unlink (literal "${at("home/.config")}"))`,
    ]);
  });

  it("grants unix sockets in the project only, or the network without them", () => {
    const own = setUp({ reach: "local-sockets" });
    expect(own.lines.filter((line) => line.includes("unix-socket")).every((line) => line.includes(own.at("tmp")))).toBe(true);
    expect(own.lines.some((line) => line.includes("ip "))).toBe(false);
    const net = setUp({ reach: "network" }).lines.join("\n");
    expect([net.includes('(remote ip "*:*")'), net.includes("unix-socket")]).toEqual([true, false]);
  });

  it("every bracket is closed, and the command follows the profile", async () => {
    const { places, policy } = setUp({ reach: "network" });
    const bare = seatbeltProfile(policy, places)
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
      .replaceAll(/#"[^\n]*?"\)/g, '"")');
    expect(bare.split("(").length).toBe(bare.split(")").length);
    const { argv, env } = await createSeatbelt(places).wrap(["/bin/sh", "-c", "x"], policy);
    expect([argv[0], argv[1], argv.slice(3), env["TMPDIR"]]).toEqual([
      "/usr/bin/sandbox-exec",
      "-p",
      ["--", "/bin/sh", "-c", "x"],
      policy.tmpFolder,
    ]);
  });
});
