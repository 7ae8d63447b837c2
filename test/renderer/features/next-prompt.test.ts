import { expect, test } from "vitest";
import { nextPrompt, type Sight } from "../../../src/renderer/features/conversation/next-prompt.ts";

const prompts = [0, 10, 20, 30];
const sight = (change: Partial<Sight>): Sight => ({ stepped: null, top: 0, isTopCut: false, atEnd: false, ...change });

test("counts from what is in sight, not from the last step", () => {
  expect([
    nextPrompt(prompts, -1, sight({ top: 25, atEnd: true })),
    nextPrompt(prompts, -1, sight({ top: 15 })),
    nextPrompt(prompts, 1, sight({ top: 15 })),
    nextPrompt(prompts, -1, sight({ top: 10 })),
    nextPrompt(prompts, -1, sight({ top: 10, isTopCut: true })),
    nextPrompt(prompts, 1, sight({ top: 30 })),
    nextPrompt(prompts, -1, sight({ top: 0 })),
    nextPrompt(prompts, 1, sight({ top: 12, atEnd: true })),
  ]).toEqual([30, 10, 20, 0, 10, "end", "stay", "end"]);
});

test("goes on from the last step while that is in sight: several prompts may stand on the last screen", () => {
  expect([
    nextPrompt(prompts, -1, sight({ stepped: 30, top: 12, atEnd: true })),
    nextPrompt(prompts, -1, sight({ stepped: 20, top: 12, atEnd: true })),
    nextPrompt(prompts, 1, sight({ stepped: 10, top: 5 })),
    nextPrompt(prompts, 1, sight({ stepped: 30, top: 12, atEnd: true })),
  ]).toEqual([20, 10, 20, "end"]);
});
