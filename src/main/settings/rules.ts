import path from "node:path";
import { z } from "zod";
import { type Rule, type RuleDraft, ruleSchema, type RuleScope } from "../../protocol/rule.ts";
import { openStateFile } from "./state-file.ts";

/** What the person decided about commands once and for all, in `rules.json` of the data folder. */
export interface RulesFile {
  /** Every rule, oldest first. */
  list(): readonly Rule[];
  /** Those that hold for a call. */
  in(place: { readonly projectRoot: string; readonly conversationId: string }): readonly Rule[];
  /** Keeps rules; one that says the same of the same commands at the same place is replaced. */
  add(drafts: readonly RuleDraft[]): readonly Rule[];
  /** False when there is no such rule. */
  remove(id: string): boolean;
  /** Called when a conversation is deleted. */
  forget(conversationId: string): void;
}

/** Opens the rules of a data folder. Its functions throw `settings_invalid` for a damaged file. */
export function openRules(home: string, now: () => number = Date.now): RulesFile {
  const file = openStateFile(path.join(home, "rules.json"), z.array(ruleSchema), []);
  const drop = (gone: (rule: Rule) => boolean): boolean => {
    const before = file.read();
    if (!before.some(gone)) return false;
    file.change((rules) => rules.filter((rule) => !gone(rule)));
    return true;
  };
  return {
    list: () => file.read(),
    in: ({ projectRoot, conversationId }) =>
      file.read().filter(({ scope }) => {
        if (scope.kind === "project") return scope.root === projectRoot;
        return scope.kind === "always" || scope.id === conversationId;
      }),
    add(drafts) {
      const made = drafts.map((draft, index): Rule => ({
        ...draft,
        id: `r_${now().toString(36)}_${index}_${Math.random().toString(36).slice(2, 8)}`,
        createdAt: now(),
      }));
      file.change((rules) => [...rules.filter((rule) => !made.some((one) => sameCommands(one, rule))), ...made]);
      return made;
    },
    remove: (id) => drop((rule) => rule.id === id),
    forget: (conversationId) => void drop(({ scope }) => scope.kind === "conversation" && scope.id === conversationId),
  };
}

function sameCommands(one: Rule, other: Rule): boolean {
  return (
    one.exact === other.exact &&
    one.folder === other.folder &&
    JSON.stringify(one.words) === JSON.stringify(other.words) &&
    scopeKey(one.scope) === scopeKey(other.scope)
  );
}

function scopeKey(scope: RuleScope): string {
  return scope.kind === "project" ? `project ${scope.root}` : scope.kind === "conversation" ? `conversation ${scope.id}` : "always";
}
