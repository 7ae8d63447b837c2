import { describe, expect, it, test } from "vitest";
import type { RuledCommand } from "../../../src/main/approvals/rules.ts";
import type { Rule } from "../../../src/protocol/rule.ts";
import { decide, type PolicyEffect, type PolicyInput } from "../../../src/main/approvals/policy.ts";

const projectRoot = "/home/u/project";
/** A command line of plain words. */
function line(cmd: string): RuledCommand {
  const words = [cmd.split(" ")];
  return { cmd, words, seen: { commands: words, unread: false, code: false }, variables: "" };
}
const effects = {
  read: { kind: "read", paths: ["/etc/passwd"] },
  script: { kind: "script" },
  inside: { kind: "write", paths: ["src/a.ts", `${projectRoot}/b.ts`], guarded: [], operations: [] },
  outside: { kind: "write", paths: ["src/a.ts", "../other/x"], guarded: [], operations: [] },
  guarded: { kind: "write", paths: ["vendor/bare/hooks/post-checkout"], guarded: ["vendor/bare/hooks/post-checkout"], operations: [] },
  command: {
    kind: "command",
    cmd: "npm test",
    line: line("npm test"),
    folder: { path: projectRoot, id: null },
    escalated: false,
    justification: undefined,
    forcedRm: false,
  },
  escalated: {
    kind: "command",
    cmd: "npm install",
    line: line("npm install"),
    folder: { path: projectRoot, id: null },
    escalated: true,
    justification: "needs the network",
    forcedRm: false,
  },
  forcedRm: {
    kind: "command",
    cmd: "rm -rf build",
    line: line("rm -rf build"),
    folder: { path: projectRoot, id: null },
    escalated: false,
    justification: undefined,
    forcedRm: true,
  },
  spawnAsk: { kind: "spawn", input: { kind: "ask", question: "why?" }, line: null, folder: null, forcedRm: false },
  spawnAgent: { kind: "spawn", input: { kind: "agent", prompt: "do it" }, line: null, folder: null, forcedRm: false },
  spawnExec: { kind: "spawn", input: { kind: "exec", cmd: "npm test" }, line: line("npm test"), folder: null, forcedRm: false },
  spawnForcedRm: { kind: "spawn", input: { kind: "exec", cmd: "rm -rf build" }, line: line("rm -rf build"), folder: null, forcedRm: true },
  spawnScript: { kind: "spawn", input: { kind: "script", code: "return 1" }, line: null, folder: null, forcedRm: false },
} satisfies Record<string, PolicyEffect>;

/** One word per decision: `allow LEVEL`, `ask LEVEL KIND`, `deny CODE`. */
function verdict(
  effect: keyof typeof effects,
  mode: PolicyInput["mode"],
  sandboxLevel: PolicyInput["sandboxLevel"],
  enforcer: PolicyInput["enforcer"] = "bubblewrap",
): string {
  const decision = decide({
    effect: effects[effect],
    mode,
    sandboxLevel,
    enforcer,
    projectRoot,
    exposed: null,
    trusted: true,
    rules: [],
  });
  if (decision.decision === "allow") return `allow ${decision.runLevel}`;
  return decision.decision === "ask" ? `ask ${decision.runLevel} ${decision.reasonKind}` : `deny ${decision.code}`;
}

const levels = ["read-only", "workspace-write", "full"] as const;

/** Rows: effect, then the verdict at read-only, workspace-write and full. */
const tables: readonly {
  readonly mode: PolicyInput["mode"];
  readonly enforcer: PolicyInput["enforcer"];
  readonly rows: readonly (readonly [keyof typeof effects, string, string, string])[];
}[] = [
  {
    mode: "plan",
    enforcer: "bubblewrap",
    rows: [
      ["read", "allow read-only", "allow workspace-write", "allow full"],
      ["script", "allow read-only", "allow workspace-write", "allow full"],
      ["inside", "deny denied", "deny denied", "deny denied"],
      ["outside", "deny denied", "deny denied", "deny denied"],
      ["command", "allow read-only", "allow read-only", "allow read-only"],
      ["escalated", "deny denied", "deny denied", "deny denied"],
      ["spawnAsk", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnAgent", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnExec", "allow read-only", "allow read-only", "allow read-only"],
    ],
  },
  {
    mode: "plan",
    enforcer: "none",
    rows: [
      ["command", "deny denied", "deny denied", "deny denied"],
      ["spawnExec", "deny denied", "deny denied", "deny denied"],
      ["inside", "deny denied", "deny denied", "deny denied"],
    ],
  },
  {
    mode: "ask",
    enforcer: "bubblewrap",
    rows: [
      ["read", "allow read-only", "allow workspace-write", "allow full"],
      ["script", "allow read-only", "allow workspace-write", "allow full"],
      ["inside", "ask workspace-write write", "ask workspace-write write", "ask full write"],
      ["outside", "ask full write_outside", "ask full write_outside", "ask full write_outside"],
      ["guarded", "ask full write_guarded", "ask full write_guarded", "ask full write_guarded"],
      ["command", "ask read-only command", "ask workspace-write command", "ask full command"],
      ["escalated", "ask full escalated", "ask full escalated", "ask full escalated"],
      ["spawnAsk", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnAgent", "ask read-only spawn", "ask workspace-write spawn", "ask full spawn"],
      ["spawnExec", "ask read-only command", "ask workspace-write command", "ask full command"],
      ["spawnScript", "ask read-only spawn", "ask workspace-write spawn", "ask full spawn"],
    ],
  },
  {
    mode: "ask",
    enforcer: "none",
    rows: [
      ["command", "ask full command_unsandboxed", "ask full command_unsandboxed", "ask full command"],
      ["spawnExec", "ask full command_unsandboxed", "ask full command_unsandboxed", "ask full command"],
      ["inside", "ask workspace-write write", "ask workspace-write write", "ask full write"],
    ],
  },
  {
    mode: "auto",
    enforcer: "bubblewrap",
    rows: [
      ["read", "allow read-only", "allow workspace-write", "allow full"],
      ["script", "allow read-only", "allow workspace-write", "allow full"],
      ["inside", "deny denied", "allow workspace-write", "allow full"],
      ["outside", "deny denied", "deny outside_project", "allow full"],
      ["guarded", "deny denied", "ask full write_guarded", "allow full"],
      ["command", "allow read-only", "allow workspace-write", "allow full"],
      ["escalated", "ask full escalated", "ask full escalated", "allow full"],
      ["forcedRm", "allow read-only", "allow workspace-write", "ask full forced_rm"],
      ["spawnForcedRm", "allow read-only", "allow workspace-write", "ask full forced_rm"],
      ["spawnAsk", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnAgent", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnExec", "allow read-only", "allow workspace-write", "allow full"],
      ["spawnScript", "allow read-only", "allow workspace-write", "allow full"],
    ],
  },
  {
    mode: "auto",
    enforcer: "landlock",
    rows: [
      ["command", "allow read-only", "ask workspace-write command_landlock", "allow full"],
      ["spawnExec", "allow read-only", "ask workspace-write command_landlock", "allow full"],
      ["inside", "deny denied", "allow workspace-write", "allow full"],
    ],
  },
  {
    mode: "plan",
    enforcer: "landlock",
    rows: [["command", "allow read-only", "allow read-only", "allow read-only"]],
  },
  {
    mode: "auto",
    enforcer: "none",
    rows: [
      ["command", "ask full command_unsandboxed", "ask full command_unsandboxed", "allow full"],
      ["spawnExec", "ask full command_unsandboxed", "ask full command_unsandboxed", "allow full"],
      ["inside", "deny denied", "allow workspace-write", "allow full"],
    ],
  },
];

describe.each(tables)("the policy in mode $mode with enforcer $enforcer", ({ mode, enforcer, rows }) => {
  it.each(rows)("decides %s by sandbox level", (effect, ...expected) => {
    expect(levels.map((level) => verdict(effect, mode, level, enforcer))).toEqual(expected);
  });
});

describe("the policy", () => {
  it("never lets a command run plain without a question below the level full", () => {
    const plain = (["plan", "ask", "auto"] as const).flatMap((mode) =>
      (["read-only", "workspace-write"] as const).flatMap((level) =>
        (["bubblewrap", "none"] as const).flatMap((enforcer) =>
          (["command", "escalated", "spawnExec"] as const).map((effect) => verdict(effect, mode, level, enforcer)),
        ),
      ),
    );
    expect(plain.filter((word) => word === "allow full")).toEqual([]);
  });

  it("asks about every patch of a folder that is not trusted, and refuses its commands", () => {
    const decided = (["inside", "guarded", "outside", "command"] as const).flatMap((effect) =>
      (["workspace-write", "full"] as const).map((sandboxLevel) => {
        const found = decide({
          effect: effects[effect],
          mode: "auto",
          sandboxLevel,
          enforcer: "bubblewrap",
          projectRoot,
          exposed: null,
          trusted: false,
          rules: [],
        });
        return found.decision === "ask" ? `ask ${found.runLevel} ${found.reasonKind}` : found.decision === "deny" ? found.code : "allow";
      }),
    );
    expect(decided).toEqual([
      "ask workspace-write write",
      "ask full write",
      "ask full write_guarded",
      "ask full write",
      "outside_project",
      "ask full write",
      "untrusted_folder",
      "untrusted_folder",
    ]);
  });

  it("lets no rule answer that Landlock leaves .git open, in whatever mode", () => {
    const rule: Rule = {
      id: "r",
      createdAt: 0,
      words: ["npm"],
      exact: false,
      outside: false,
      decision: "allow",
      scope: { kind: "always" },
    };
    const decided = (["ask", "auto"] as const).flatMap((mode) =>
      (["read-only", "workspace-write", "full"] as const).map((sandboxLevel) => {
        const found = decide({
          effect: effects.command,
          mode,
          sandboxLevel,
          enforcer: "landlock",
          projectRoot,
          exposed: null,
          trusted: true,
          rules: [rule],
        });
        return found.decision === "ask" ? found.reasonKind : found.decision;
      }),
    );
    expect(decided).toEqual(["allow", "command_landlock", "allow", "allow", "command_landlock", "allow"]);
  });

  it("says in a refusal what to do instead", () => {
    expect(
      decide({
        effect: effects.outside,
        mode: "auto",
        sandboxLevel: "workspace-write",
        enforcer: "bubblewrap",
        projectRoot,
        exposed: null,
        trusted: true,
        rules: [],
      }),
    ).toEqual({
      decision: "deny",
      code: "outside_project",
      reason: "/home/u/other/x is outside the project, and the sandbox level workspace-write allows changes only inside.",
      hint: "Change files inside the project only.",
    });
  });
});

describe("a project that holds the home folder", () => {
  const inHome = (effect: keyof typeof effects, sandboxLevel: PolicyInput["sandboxLevel"], rules: readonly Rule[] = []): string => {
    const decision = decide({
      effect: effects[effect],
      mode: "auto",
      sandboxLevel,
      enforcer: "bubblewrap",
      projectRoot,
      exposed: "startup",
      trusted: true,
      rules,
    });
    return decision.decision === "ask" ? `ask ${decision.runLevel} ${decision.reasonKind}` : decision.decision;
  };

  it("asks for every command that could change what shell and desktop start with, whatever rules there are", () => {
    const rule: Rule = {
      id: "r",
      createdAt: 0,
      words: ["npm"],
      exact: false,
      outside: false,
      decision: "allow",
      scope: { kind: "always" },
    };
    expect([
      inHome("command", "read-only"),
      inHome("command", "workspace-write"),
      inHome("command", "workspace-write", [rule]),
      inHome("spawnExec", "workspace-write"),
      inHome("command", "full"),
    ]).toEqual([
      "allow",
      "ask workspace-write command_home",
      "ask workspace-write command_home",
      "ask workspace-write command_home",
      "allow",
    ]);
  });
});

test("a project that is the inside of a repository: commands that could write it ask, and say why", () => {
  const decided = (["read-only", "workspace-write"] as const).map((sandboxLevel) =>
    decide({
      effect: effects.command,
      mode: "auto",
      sandboxLevel,
      enforcer: "bubblewrap",
      projectRoot,
      exposed: "repository",
      trusted: true,
      rules: [],
    }),
  );
  expect(decided).toMatchObject([
    { decision: "allow" },
    { decision: "ask", reasonKind: "command_repository", reason: expect.stringContaining("inside of a git repository") },
  ]);
});
