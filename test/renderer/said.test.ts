import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { say, useSaid } from "../../src/renderer/state/said.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the same word is another one the second time, and stays its own while", () => {
  say("Copied");
  const first = useSaid.getState().said;
  vi.advanceTimersByTime(1_500);
  say("Copied");
  const second = useSaid.getState().said;
  expect([first?.text, second?.text, first?.nth === second?.nth]).toEqual(["Copied", "Copied", false]);
  vi.advanceTimersByTime(1_500);
  expect(useSaid.getState().said).toBe(second);
  vi.advanceTimersByTime(1_000);
  expect(useSaid.getState().said).toBeNull();
});
