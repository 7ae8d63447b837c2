import { expect, test } from "vitest";
import { createGuard } from "../../../src/main/tasks/guard.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";

function guardAt() {
  let at = 1_000;
  const guard = createGuard(
    () => ({ ...settingsSchema.parse({}).tasks, breakerErrors: 3, breakerPauseMs: 60_000 }),
    () => at,
  );
  const fail = (code: "provider_error" | "not_found", times: number) => {
    for (let n = 0; n < times; n++) guard.ended("ask", "anthropic", code);
  };
  return { guard, fail, pass: (ms: number) => void (at += ms) };
}

test("errors of a task's own input do not stop others, errors on the way do", () => {
  const { guard, fail } = guardAt();
  fail("not_found", 10);
  expect(guard.blocked("ask", "anthropic")).toBeNull();
  fail("provider_error", 3);
  expect(guard.blocked("ask", "anthropic")?.reason).toContain("the last 3 tasks of this kind failed with provider_error");
});

test("the answer to the one that is tried lets the others go, before its work is done", () => {
  const { guard, fail, pass } = guardAt();
  fail("provider_error", 3);
  pass(60_001);
  expect(guard.blocked("ask", "anthropic")).toBeNull();
  guard.begun("ask", "anthropic");
  expect(guard.blocked("ask", "anthropic")?.reason).toContain("one is being tried");
  guard.answered("openai-responses");
  expect(guard.blocked("ask", "anthropic")).not.toBeNull();
  guard.answered("anthropic");
  expect(guard.blocked("ask", "anthropic")).toBeNull();
});
