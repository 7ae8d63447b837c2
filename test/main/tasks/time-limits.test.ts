import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTimeLimits } from "../../../src/main/tasks/time-limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("time that is held does not count, and what is cleared does not happen", () => {
  const limits = createTimeLimits();
  const done: string[] = [];
  limits.after(100, () => done.push("first"));
  limits.after(200, () => done.push("second"));
  vi.advanceTimersByTime(60);
  limits.hold(true);
  limits.hold(true);
  vi.advanceTimersByTime(10_000);
  limits.after(30, () => done.push("third"));
  limits.hold(false);
  vi.advanceTimersByTime(35);
  expect(done).toEqual(["third"]);
  vi.advanceTimersByTime(10);
  expect(done).toEqual(["third", "first"]);
  limits.clear();
  limits.hold(true);
  limits.hold(false);
  vi.advanceTimersByTime(10_000);
  expect(done).toEqual(["third", "first"]);
});
