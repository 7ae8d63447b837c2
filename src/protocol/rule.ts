import { z } from "zod";

/** Where a rule holds. `project`: in this folder (real path); `conversation`: until it is deleted. */
export const ruleScopeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("always") }),
  z.strictObject({ kind: z.literal("project"), root: z.string().min(1) }),
  z.strictObject({ kind: z.literal("conversation"), id: z.string().min(1) }),
]);
export type RuleScope = z.infer<typeof ruleScopeSchema>;

/** Which commands a rule is about: those whose first words are `words`, or, when `exact`, those that have no other words. */
export const rulePatternSchema = z.strictObject({
  words: z.array(z.string().min(1).max(1_000)).min(1).max(100),
  exact: z.boolean().default(false),
});
export type RulePattern = z.infer<typeof rulePatternSchema>;

/** A rule as it is made. Strictest wins: deny before ask before allow. */
export const ruleDraftSchema = rulePatternSchema.extend({
  decision: z.enum(["allow", "ask", "deny"]),
  /** An allowed command may also run outside the sandbox when it asks for that. Only for exact commands. */
  outside: z.boolean().default(false),
  /** Real path of the folder in which it may do that; without one, the project's own. What `make deploy` does depends on where it runs. */
  folder: z.string().min(1).exactOptional(),
  scope: ruleScopeSchema,
  /** Why; shown to people and, when it denies, to the model. */
  note: z.string().max(400).exactOptional(),
});
export type RuleDraft = z.infer<typeof ruleDraftSchema>;

export const ruleSchema = ruleDraftSchema.extend({ id: z.string().min(1), createdAt: z.number() });
export type Rule = z.infer<typeof ruleSchema>;

/** `git push …`, or `npm test` for an exact one: how a rule's commands are written for people. */
export function patternText({ words, exact }: Pick<RulePattern, "words" | "exact">): string {
  const text = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
  return exact ? text : `${text} …`;
}
