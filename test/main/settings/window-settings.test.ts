import { expect, it } from "vitest";
import { settingsForWindow, settingsFromWindow } from "../../../src/main/settings/window-settings.ts";
import { keptKey, settingsSchema } from "../../../src/protocol/settings.ts";

const stored = settingsSchema.parse({ providers: { "openai-responses": { apiKey: "the-real-key-1", model: "m" } } });

it("a window never sees a stored key, and sending the settings back keeps it", () => {
  const shown = settingsForWindow(stored);
  expect(JSON.stringify(shown)).not.toContain("the-real-key");
  expect(shown.providers["openai-responses"].apiKey).toBe(keptKey);
  expect(settingsFromWindow(shown, stored)).toEqual(stored);
});

it("a new key replaces the stored one, an emptied one removes it, and a kept mark without a stored key means none", () => {
  const changed = {
    ...stored,
    providers: { ...stored.providers, "openai-responses": { ...stored.providers["openai-responses"], apiKey: "another-key-2" } },
  };
  expect(settingsFromWindow(changed, stored).providers["openai-responses"].apiKey).toBe("another-key-2");
  const { apiKey: _removed, ...without } = stored.providers["openai-responses"];
  expect(
    settingsFromWindow({ ...stored, providers: { ...stored.providers, "openai-responses": without } }, stored).providers[
      "openai-responses"
    ],
  ).toEqual(without);
  const marked = { ...stored, providers: { ...stored.providers, anthropic: { ...stored.providers.anthropic, apiKey: keptKey } } };
  expect("apiKey" in settingsFromWindow(marked, stored).providers.anthropic).toBe(false);
});
