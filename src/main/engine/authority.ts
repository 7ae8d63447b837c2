import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { Rule, RuleDraft } from "../../protocol/rule.ts";
import type { Reach } from "../../protocol/settings.ts";
import { assertOverseeable } from "../approvals/rules.ts";
import type { OpenedFolder } from "../project/project.ts";
import { openProjects, type ProjectsFile } from "../settings/projects.ts";
import { openRules, type RulesFile } from "../settings/rules.ts";
import type { Clearance, GateCall, GateDeps } from "../tools/dispatch.ts";
import type { Effect, ToolContext } from "../tools/tool.ts";
import { createApprovalDesk, type ApprovalDesk } from "./approval-desk.ts";
import { createMadeRepositories, type MadeRepositories } from "./made-repositories.ts";
import { authorize, authorizeStart, authorizeWritten, type Cleared } from "./authorize.ts";

export interface AuthorityOptions {
  readonly home: string;
  /** Who answers questions. */
  readonly audience: "person" | "nobody";
  /** `named`: whoever started this process named its folder and thereby trusts it (command line). `asked`: the window asks. */
  readonly trust: "named" | "asked";
  /** What commands may reach in this process, whatever was said of their folder (command line flag). */
  readonly reach?: Reach | undefined;
}

/** Everything that decides what a call may do, besides mode and level: the person's answers, rules, trust and grants. */
export interface Authority {
  readonly desk: ApprovalDesk;
  readonly rules: RulesFile;
  readonly projects: ProjectsFile;
  readonly repositories: MadeRepositories;
  readonly gate: Pick<GateDeps, "authorize" | "authorizeWritten">;
  /** For a task's command that was cleared when the task was made and starts now. Rejects as `gate.authorize` does. */
  authorizeStart(call: GateCall, effect: Effect, ctx: ToolContext, cleared: Cleared): Promise<Clearance>;
  isTrusted(root: string): boolean;
  reachOf(root: string): Reach;
  /** A folder with what the person said about it. */
  describe(folder: OpenedFolder): ProjectInfo;
  /** Rules that hold in a project, in any of its conversations. */
  rulesIn(root: string, conversationIds: readonly string[]): readonly Rule[];
  /** Keeps a rule the person made; open questions that it answers are answered. Throws `invalid_input` for one that allows too much. */
  addRule(rule: RuleDraft): void;
}

/** Opens rules and facts about folders of a data folder. */
export function openAuthority({ home, audience, trust, reach }: AuthorityOptions): Authority {
  const rules = openRules(home);
  const projects = openProjects(home);
  const desk = createApprovalDesk(audience, rules);
  const isTrusted = (root: string): boolean => trust === "named" || projects.isTrusted(root);
  const reachOf = (root: string): Reach => reach ?? projects.reach(root);
  const repositories = createMadeRepositories(audience === "person");
  const judges = { desk, rules, isTrusted, repositories };
  return {
    desk,
    rules,
    projects,
    repositories,
    gate: {
      authorize: (call, effect, ctx) => authorize(call, effect, ctx, judges),
      authorizeWritten: (effect, ctx) => authorizeWritten(effect, ctx, judges),
    },
    authorizeStart: (call, effect, ctx, cleared) => authorizeStart(call, effect, ctx, cleared, judges),
    isTrusted,
    reachOf,
    describe: (folder) => ({ ...folder, trusted: isTrusted(folder.root), reach: reachOf(folder.root) }),
    rulesIn: (root, ids) =>
      rules.list().filter(({ scope }) => {
        if (scope.kind === "project") return scope.root === root;
        return scope.kind === "always" || ids.includes(scope.id);
      }),
    addRule(rule) {
      assertOverseeable(rule);
      rules.add([rule]);
      desk.rulesChanged();
    },
  };
}
