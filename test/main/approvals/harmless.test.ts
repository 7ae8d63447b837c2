import { expect, test } from "vitest";
import { judgeByRules } from "../../../src/main/approvals/rules.ts";
import { usualPattern } from "../../../src/main/approvals/usual-pattern.ts";
import type { Rule } from "../../../src/protocol/rule.ts";

const rule = (words: string[], exact = false): Rule => ({
  id: "r",
  createdAt: 1,
  words,
  exact,
  decision: "allow",
  outside: false,
  scope: { kind: "always" },
});
const line = (words: readonly string[]) => ({
  cmd: words.join(" "),
  words: [words],
  seen: { commands: [words], unread: false, code: false },
  variables: "",
});

test.each([["test"], ["printf"]])("%s evaluates its words, so only the whole command is offered", (program) => {
  expect(usualPattern([program, "-v", "x"])).toEqual({ words: [program, "-v", "x"], exact: true });
});

test.each([["a[$(touch x)]"], ["a[`touch x`]"]])("no beginning of a command allows %s, only all of its words do", (word) => {
  const words = ["echo", word];
  expect(judgeByRules(line(words), [rule(["echo"])])).toBeNull();
  expect(judgeByRules(line(words), [rule(words, true)])).toMatchObject({ decision: "allow" });
});
