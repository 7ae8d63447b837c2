import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openProjects } from "../../../src/main/settings/projects.ts";
import { openRules } from "../../../src/main/settings/rules.ts";
import type { RuleDraft, RuleScope } from "../../../src/protocol/rule.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

function draft(text: string, scope: RuleScope, decision: RuleDraft["decision"] = "allow"): RuleDraft {
  return { words: text.split(" "), exact: false, outside: false, decision, scope };
}

test("rules outlive the process and hold where they were made", () => {
  const home = tempFolder();
  openRules(home).add([
    draft("a", { kind: "always" }),
    draft("p", { kind: "project", root: "/p" }),
    draft("c", { kind: "conversation", id: "c_1" }),
  ]);
  const rules = openRules(home);
  const words = (projectRoot: string, conversationId: string) => rules.in({ projectRoot, conversationId }).map((rule) => rule.words[0]);
  expect([words("/p", "c_1"), words("/p", "c_2"), words("/q", "c_1"), words("/p/sub", "c_2")]).toEqual([
    ["a", "p", "c"],
    ["a", "p"],
    ["a", "c"],
    ["a"],
  ]);
  rules.forget("c_1");
  const [first] = rules.list();
  expect({ gone: rules.remove(first?.id ?? ""), again: rules.remove(first?.id ?? ""), left: openRules(home).list().length }).toEqual({
    gone: true,
    again: false,
    left: 1,
  });
  expect(statSync(path.join(home, "rules.json")).mode & 0o777).toBe(0o600);
});

test("a rule about the same commands at the same place replaces the earlier one", () => {
  const rules = openRules(tempFolder());
  rules.add([draft("git push", { kind: "always" })]);
  rules.add([draft("git push", { kind: "always" }, "deny"), draft("git push", { kind: "project", root: "/p" }, "ask")]);
  expect(rules.list().map((rule) => rule.decision)).toEqual(["deny", "ask"]);
});

test("what another process wrote counts at once; a damaged file is an error, not no rules", () => {
  const home = tempFolder();
  const [mine, other] = [openRules(home), openRules(home)];
  other.add([draft("x", { kind: "always" }, "deny")]);
  expect(mine.list()).toHaveLength(1);
  writeFileSync(path.join(home, "rules.json"), "{");
  expect(() => mine.list()).toThrow(expect.objectContaining({ code: "settings_invalid" }));
  writeFileSync(path.join(home, "rules.json"), '[{"words":[]}]');
  expect(() => mine.list()).toThrow(expect.objectContaining({ code: "settings_invalid" }));
});

test("trust holds for a folder and what is in it, until something else is said of that; grants are kept beside it", () => {
  const home = tempFolder();
  const projects = openProjects(home);
  projects.setTrusted("/work", true);
  projects.setReach("/work/a", "network");
  const before = ["/work", "/work/a", "/work/a/b", "/workshop", "/"].map((root) => projects.isTrusted(root));
  projects.setTrusted("/work/a", false);
  const again = openProjects(home);
  expect({
    before,
    after: ["/work", "/work/a", "/work/b"].map((root) => again.isTrusted(root)),
    reach: [again.reach("/work/a"), again.reach("/work")],
    kept: JSON.parse(readFileSync(path.join(home, "projects.json"), "utf8")) as unknown,
  }).toEqual({
    before: [true, true, true, false, false],
    after: [true, false, true],
    reach: ["network", "nothing"],
    kept: { "/work": { trusted: true, reach: "nothing" }, "/work/a": { reach: "network", trusted: false } },
  });
});
