import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPace } from "../../../src/renderer/features/tasks/pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is asked for all the time is done all the time, at the pace that was set", async () => {
  let done = 0;
  const pace = createPace(async () => void done++, 250);
  for (let at = 0; at < 2_000; at += 50) {
    pace.ask();
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(done).toBe(9);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toBe(9);
});

test("what is asked for while the job runs is done after it, and nothing once it was stopped", async () => {
  let begun = 0;
  let end = (): void => undefined;
  const pace = createPace(() => {
    begun++;
    return new Promise((resolve) => (end = resolve));
  }, 250);
  pace.ask();
  await vi.advanceTimersByTimeAsync(1_000);
  pace.ask();
  expect(begun).toBe(1);
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toBe(2);
  pace.ask();
  pace.stop();
  end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun).toBe(2);
});
