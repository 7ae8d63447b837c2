import { expect, test } from "vitest";
import { addressOf, isLocal } from "../../../src/main/providers/address.ts";
import { providerSettingsSchema } from "../../../src/protocol/settings.ts";

const settings = (baseUrl?: string) => providerSettingsSchema.parse(baseUrl === undefined ? {} : { baseUrl });

test("settings come before the environment, and that before the maker's own address", () => {
  const env = { OPENAI_BASE_URL: "http://env/v1", ANTHROPIC_BASE_URL: "http://env2/v1/" };
  expect(addressOf("openai-responses", settings(), {})).toBe("https://api.openai.com/v1");
  expect(addressOf("openai-responses", settings(), env)).toBe("http://env/v1");
  expect(addressOf("openai-compatible", settings(" http://own "), env)).toBe("http://own");
  expect(addressOf("openai-compatible", settings(), { ...env, OPENAI_COMPATIBLE_BASE_URL: "http://c" })).toBe("http://c");
  expect(addressOf("openai-compatible", settings(), {})).toBeNull();
  expect(addressOf("anthropic", settings(), env)).toBe("http://env2");
  expect(addressOf("anthropic", settings(), {})).toBe("https://api.anthropic.com");
});

test("only the Demo and servers on this computer answer without a network", () => {
  expect(isLocal("demo", settings(), {})).toBe(true);
  for (const local of ["http://127.0.0.1:11434/v1", "http://localhost:1", "http://[::1]:80"])
    expect([local, isLocal("openai-compatible", settings(local), {})]).toEqual([local, true]);
  for (const remote of ["http://192.168.1.5/v1", "https://api.openai.com", "ftp://localhost", "nonsense"])
    expect([remote, isLocal("openai-compatible", settings(remote), {})]).toEqual([remote, false]);
  expect(isLocal("openai-responses", settings(), {})).toBe(false);
  expect(isLocal("openai-responses", settings(), { OPENAI_BASE_URL: "http://127.0.0.1:1" })).toBe(true);
});
