import { SpindleError } from "../../protocol/error.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { Rule } from "../../protocol/rule.ts";
import type { Engine } from "../engine.ts";
import type { Handlers } from "./serve-calls.ts";

type Names = "rules.list" | "rules.add" | "rules.remove" | "project.trust" | "project.reach";

/** What a window may say about what calls may do in its project: rules, trust, grants. */
export function authorityHandlers(
  engine: Engine,
  window: { project(): ProjectInfo; setProject(project: ProjectInfo): void },
): Pick<Handlers, Names> {
  const { authority } = engine;
  const rules = (): readonly Rule[] => {
    const { root } = window.project();
    return authority.rulesIn(
      root,
      engine.rows(root).map((row) => row.id),
    );
  };
  const described = (): ProjectInfo => {
    const project = authority.describe(window.project());
    window.setProject(project);
    return project;
  };
  return {
    "rules.list": rules,
    "rules.add": ({ rule }) => {
      authority.addRule(rule);
      return rules();
    },
    "rules.remove": ({ ruleId }) => {
      if (!authority.rules.remove(ruleId)) throw new SpindleError("not_found", "This rule is gone already.");
      return rules();
    },
    "project.trust": ({ trusted }) => {
      authority.projects.setTrusted(window.project().root, trusted);
      if (!trusted) window.setProject({ ...window.project(), changes: null });
      return described();
    },
    "project.reach": ({ reach }) => {
      authority.projects.setReach(window.project().root, reach);
      return described();
    },
  };
}
