import { expect, test } from "vitest";
import { parseWords, runOptions, settingsOverride } from "../../../src/main/cli/arguments.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";

const settings = settingsSchema.parse({
  provider: "anthropic",
  approval: "plan",
  providers: { anthropic: { model: "kept", apiKey: "k" } },
});

test("flags change the settings of this process only, and only what they name", () => {
  const before = structuredClone(settings);
  const changed = settingsOverride({ "base-url": "http://127.0.0.1:1/v1", approval: "auto" })(settings);
  expect(changed).toEqual({
    ...settings,
    approval: "auto",
    providers: { ...settings.providers, anthropic: { ...settings.providers.anthropic, baseUrl: "http://127.0.0.1:1/v1" } },
  });
  expect(settings).toEqual(before);
  expect(settingsOverride({})(settings)).toEqual(settings);
});

test("a command's own default gives way to a flag", () => {
  expect([
    settingsOverride({}, { approval: "auto" })(settings).approval,
    settingsOverride({ approval: "ask" }, { approval: "auto" })(settings).approval,
  ]).toEqual(["auto", "ask"]);
});

test("--model and --base-url go to the provider that was chosen", () => {
  const { provider, providers } = settingsOverride({ provider: "openai-compatible", model: "m" })(settings);
  expect({ provider, compatible: providers["openai-compatible"].model, anthropic: providers.anthropic.model }).toEqual({
    provider: "openai-compatible",
    compatible: "m",
    anthropic: "kept",
  });
});

test.each([
  [() => settingsOverride({ provider: "x" }), /--provider.*demo/],
  [() => settingsOverride({ sandbox: "none" }), /--sandbox.*read-only/],
  [() => settingsOverride({ "base-url": "nope" }), /--base-url/],
  [() => parseWords(["--what"], runOptions), /--what/],
  [() => parseWords(["-C"], runOptions), /-C/],
])("a wrong word is a usage error that names it (%#)", (parse, said) => {
  expect(parse).toThrow(expect.objectContaining({ code: "usage", message: expect.stringMatching(said) as string }));
});
