import { expect, test } from "vitest";
import { knownContextWindow } from "../../../src/main/providers/context-windows.ts";
import { createProvider } from "../../../src/main/providers/create-provider.ts";
import { providerIds, settingsSchema } from "../../../src/protocol/settings.ts";

test("is known by the exact id only", () => {
  expect(knownContextWindow("claude-sonnet-4-5")).toBe(200_000);
  expect(knownContextWindow("gpt-5")).toBe(400_000);
  expect(["gpt-5-", "GPT-5", "models/gpt-5", "rules", "", "constructor", "__proto__"].map(knownContextWindow)).toEqual(Array(7).fill(null));
});

test("is known for the models that are used when the settings name none", () => {
  const { providers } = settingsSchema.parse({});
  const known = providerIds.map((id) => [id, knownContextWindow(createProvider(id, providers[id], {}).defaultModel())]);
  expect(Object.fromEntries(known)).toEqual({
    demo: null,
    "openai-responses": 1_050_000,
    "openai-compatible": null,
    anthropic: 1_000_000,
  });
});
