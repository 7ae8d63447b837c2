import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { patternText, type Rule, type RuleDraft } from "../../protocol/rule.ts";
import { assertOverseeable } from "../approvals/rules.ts";
import { openProject } from "../project/project.ts";
import { dataFolder, makeDataFolder } from "../settings/data-folder.ts";
import { openRules } from "../settings/rules.ts";
import { parseWords } from "./arguments.ts";
import { printLine } from "./print.ts";

const flags = {
  directory: { type: "string", short: "C" },
  everywhere: { type: "boolean", default: false },
  exact: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;
const hint = "spindle rules list | add allow|ask|deny WORDS… [--exact] [--everywhere] | remove ID  [-C DIR] [--json]";

/**
 * `spindle rules`: the person's rules about commands. `add` makes one for the project in DIR, or for all of them; words
 * that begin with a dash stand behind `--`. Exit 0, 1 when a rule is refused or gone, 2 wrong use.
 */
export async function rulesCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(args, flags);
  const [action = "list", ...words] = positionals;
  const home = dataFolder(process.env);
  const rules = openRules(home);
  switch (action) {
    case "list":
      if (words.length > 0) throw new SpindleError("usage", "rules list takes nothing more.", { hint });
      return print(rules.list(), values.json);
    case "add": {
      const [given, ...rest] = words;
      const decision = (["allow", "ask", "deny"] as const).find((one) => one === given);
      if (decision === undefined || rest.length === 0) throw new SpindleError("usage", "rules add takes a decision and words.", { hint });
      const project = await openProject(path.resolve(values.directory ?? "."));
      const draft: RuleDraft = {
        words: rest,
        exact: values.exact,
        outside: false,
        decision,
        scope: values.everywhere ? { kind: "always" } : { kind: "project", root: project.root },
      };
      assertOverseeable(draft);
      makeDataFolder(home);
      return print(rules.add([draft]), values.json);
    }
    case "remove": {
      const [id, ...more] = words;
      if (id === undefined || more.length > 0) throw new SpindleError("usage", "rules remove takes one id.", { hint });
      if (!rules.remove(id)) throw new SpindleError("not_found", `There is no rule ${id}.`, { hint: "See `spindle rules list`." });
      return 0;
    }
    default:
      throw new SpindleError("usage", `rules has no action ${JSON.stringify(action)}.`, { hint });
  }
}

function print(rules: readonly Rule[], json: boolean): number {
  if (json) printLine(JSON.stringify(rules));
  else for (const rule of rules) printLine(`${rule.id}  ${rule.decision.padEnd(5)}  ${patternText(rule)}  (${placeOf(rule)})`);
  return 0;
}

function placeOf({ scope, outside, folder }: Rule): string {
  const place = scope.kind === "project" ? scope.root : scope.kind === "conversation" ? `conversation ${scope.id}` : "everywhere";
  return outside ? `${place}, outside the sandbox in ${folder ?? "the project's own folder"}` : place;
}
