import { describe, expect, it } from "vitest";
import { assertOverseeable, judgeByRules, proposeRules, type RuledCommand } from "../../../src/main/approvals/rules.ts";
import { patternText, type Rule } from "../../../src/protocol/rule.ts";

/** A command line of plain commands, joined by `&&`. */
function plain(cmd: string): RuledCommand {
  const words = cmd.split(" && ").map((one) => one.split(" "));
  return { cmd, words, seen: { commands: words, unread: false, code: false }, variables: "" };
}
function opaque(cmd: string, commands: RuledCommand["seen"]["commands"] | null): RuledCommand {
  return { cmd, words: null, seen: { commands: commands ?? [], unread: commands === null, code: false }, variables: "" };
}
let made = 0;
function rule(decision: Rule["decision"], text: string, more: Partial<Rule> = {}): Rule {
  return {
    id: `r${made++}`,
    createdAt: 0,
    words: text.split(" "),
    exact: false,
    outside: false,
    decision,
    scope: { kind: "always" },
    ...more,
  };
}
function verdict(command: RuledCommand, ...rules: readonly Rule[]): string {
  const found = judgeByRules(command, rules);
  return found === null ? "nothing" : found.decision === "allow" && found.outside ? "allow outside" : found.decision;
}

describe("rules about commands", () => {
  it("match whole words at the beginning, exact ones all words", () => {
    const npmTest = rule("allow", "npm test");
    const exact = rule("allow", "npm test", { exact: true });
    expect([
      verdict(plain("npm test"), npmTest),
      verdict(plain("npm test -- --watch"), npmTest),
      verdict(plain("npm testing"), npmTest),
      verdict(plain("npm"), npmTest),
      verdict(plain("npm test"), exact),
      verdict(plain("npm test -- --watch"), exact),
      verdict(plain("/usr/bin/npm test"), npmTest),
    ]).toEqual(["allow", "allow", "nothing", "nothing", "allow", "nothing", "nothing"]);
  });

  it("allow a line only when each of its commands is allowed", () => {
    const rules = [rule("allow", "npm ci"), rule("allow", "npm test")];
    expect([
      verdict(plain("npm ci && npm test"), ...rules),
      verdict(plain("npm ci && npm test && curl x"), ...rules),
      verdict(plain("npm ci"), ...rules, rule("deny", "npm")),
      verdict(plain("npm ci && git push"), rule("allow", "npm"), rule("allow", "git"), rule("ask", "git push")),
      verdict(plain("npm ci && git push"), rule("allow", "npm"), rule("ask", "git push"), rule("deny", "git push")),
    ]).toEqual(["allow", "nothing", "deny", "ask", "deny"]);
  });

  it("look over a step into a folder before what they allow, which lets nothing out of the sandbox", () => {
    const npmTest = rule("allow", "npm test");
    const out = rule("allow", "npm test", { exact: true, outside: true });
    expect([
      verdict(plain("cd src && npm test"), npmTest),
      verdict(plain("cd src && npm test"), out),
      verdict(plain("npm test"), out),
      verdict(plain("cd src"), npmTest),
      verdict(plain("cd src"), rule("allow", "cd")),
      verdict(plain("cd - && npm test"), npmTest),
      verdict(plain("cd src && rm x"), npmTest),
    ]).toEqual(["allow", "allow", "allow outside", "nothing", "allow", "nothing", "nothing"]);
    expect(proposeRules(plain("cd src && npm test"), [], false)?.map(patternText)).toEqual(["npm test …"]);
    expect(proposeRules(plain("cd src && npm test"), [], true)?.length).toBe(2);
  });

  it("never allow what only a shell can read, or what sets variables", () => {
    const all = rule("allow", "npm");
    expect([
      verdict(opaque("npm $X", [["npm"]]), all),
      verdict(opaque("npm test > out", [["npm", "test"]]), all),
      verdict({ ...plain("npm test"), variables: "A='1' " }, all),
      verdict({ ...opaque("", []), words: [] }, all),
    ]).toEqual(["nothing", "nothing", "nothing", "nothing"]);
  });

  it("deny and ask wherever the command stands, also by its path; what cannot be read asks", () => {
    const push = rule("deny", "git push");
    expect([
      verdict(opaque("for i in 1; do git push; done", [["git", "push"]]), push),
      verdict(plain("/usr/bin/git push"), push),
      verdict(opaque("git $(echo push", null), push),
      verdict(opaque("echo digit (", null), push),
      verdict({ ...plain("git push"), variables: "A='1' " }, push),
      verdict(plain("git pull"), push),
    ]).toEqual(["deny", "deny", "ask", "ask", "deny", "nothing"]);
  });

  it("allow the way out of the sandbox only when every command may", () => {
    const out = rule("allow", "npm install", { exact: true, outside: true });
    expect([
      verdict(plain("npm install"), out),
      verdict(plain("npm install"), rule("allow", "npm"), out),
      verdict(plain("npm install && npm test"), out, rule("allow", "npm")),
    ]).toEqual(["allow outside", "allow outside", "allow"]);
  });

  it.each([
    ["npm run build -- --watch", "npm run build …"],
    ["npm test", "npm test …"],
    ["git status --short src", "git status …"],
    ["docker compose up -d", "docker compose up …"],
    ["ls -la src", "ls …"],
    ["cat notes.txt", "cat …"],
    ["git -C x status", "git -C x status"],
    ["git --no-pager log", "git --no-pager log"],
    ["git", "git"],
    ["rm -r build", "rm -r build"],
    ["rg needle src", "rg needle src"],
    ["docker compose exec web sh", "docker compose exec web sh"],
    ["docker run -it x", "docker run -it x"],
    ["npm exec rimraf x", "npm exec rimraf x"],
    ["npx tsc", "npx tsc"],
    ["poetry run pytest", "poetry run pytest"],
    ["go run ./cmd", "go run ./cmd"],
    ["git config user.name x", "git config user.name x"],
    ["csh x.csh", "csh x.csh"],
    ["nodejs x.js", "nodejs x.js"],
    ["stdbuf -oL ls", "stdbuf -oL ls"],
    ["flock f ls", "flock f ls"],
    ["ssh host ls", "ssh host ls"],
    ["tar -m x y", "tar -m x y"],
    ["constructor x", "constructor x"],
    ["python3 -m pytest -q", "python3 -m pytest …"],
    ["python3 tool.py", "python3 tool.py"],
    ["bash build.sh fast", "bash build.sh fast"],
    ["xargs rm", "xargs rm"],
    ["npm ci && npm ci && npm test", "npm ci … | npm test …"],
  ])("propose for %s: %s", (cmd, proposed) => {
    expect(proposeRules(plain(cmd), [], false)?.map(patternText).join(" | ")).toBe(proposed);
  });

  it.each([
    ["git fetch", "git fetch --upload-pack=./x ."],
    ["git fetch", "git fetch --up ./x ."],
    ["git clone", "git clone -qc core.fsmonitor=./x . y"],
    ["git clone", "git clone --template=./t . y"],
    ["git push", "git push --e=./x ."],
    ["make test", "make test -kf evil.mk"],
    ["make test", "make test --eval=x:;./x"],
    ["make test", "make test CC=./x"],
    ["go test", "go test -exec ./x"],
    ["go test", "go test --toolexec=./x"],
    ["cargo test", "cargo test --config target.runner=./x"],
    ["npm test", "npm test --script-shell ./x"],
  ])("by the prefix %s do not allow what runs another program: %s", (words, cmd) => {
    expect(judgeByRules(plain(cmd), [rule("allow", words)])).toBe(null);
    expect(judgeByRules(plain(cmd), [rule("allow", cmd, { exact: true })])?.decision).toBe("allow");
    expect(proposeRules(plain(cmd), [], false)?.map(({ exact }) => exact)).toEqual([true]);
  });

  it.each([
    ["git fetch", "git fetch --prune -u origin"],
    ["git switch", "git switch -c new"],
    ["git push", "git push -u origin main"],
    ["make test", "make test -j4 -k"],
    ["go test", "go test -race -run X ./..."],
    ["cargo test", "cargo test --all-features -p x"],
    ["npm test", "npm test -- --grep x"],
  ])("by the prefix %s allow ordinary options: %s", (words, cmd) => {
    expect(judgeByRules(plain(cmd), [rule("allow", words)])?.decision).toBe("allow");
  });

  it("propose only what is not allowed yet, exact commands outside the sandbox, and nothing where no rule can help", () => {
    expect([
      proposeRules(plain("npm ci && npm test"), [rule("allow", "npm ci")], false)?.map(patternText),
      proposeRules(plain("npm install"), [rule("allow", "npm")], true)?.map(patternText),
      proposeRules(opaque("a > b", [["a"]]), [], false),
      proposeRules({ ...plain("npm test"), variables: "A='1' " }, [], false),
    ]).toEqual([["npm test …"], ["npm install"], null, null]);
  });

  it.each([
    ["bash …", { words: ["bash"], exact: false }],
    ["sudo apt …", { words: ["sudo", "apt"], exact: false }],
    ["node …", { words: ["node"], exact: false }],
    ["outside by prefix", { words: ["npm"], exact: false, outside: true }],
    ["hidden characters", { words: ["npm\u200b"], exact: true }],
  ])("cannot be made when they allow too much: %s", (_name, given) => {
    expect(() => assertOverseeable({ decision: "allow", outside: false, scope: { kind: "always" }, ...given })).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });

  it.each(["git", "npm", "cargo", "go", "uv", "docker compose", "git -c", "make -f", "npm pkg", "python -m timeit"])(
    "cannot be made for what chooses by its further words what it runs: %s …",
    (text) => {
      const draft = { decision: "allow", outside: false, scope: { kind: "always" }, words: text.split(" "), exact: false } as const;
      expect(() => assertOverseeable(draft)).toThrow(expect.objectContaining({ code: "invalid_input" }));
    },
  );

  it("can be made for exact commands of any kind, and to deny anything", () => {
    expect(() => {
      assertOverseeable({ decision: "allow", outside: true, scope: { kind: "always" }, words: ["bash", "x.sh"], exact: true });
      assertOverseeable({ decision: "deny", outside: false, scope: { kind: "always" }, words: ["bash"], exact: false });
    }).not.toThrow();
  });
});
