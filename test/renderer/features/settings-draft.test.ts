import { describe, expect, it } from "vitest";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import {
  checkDraft,
  draftOf,
  isConnectionChanged,
  lookAt,
  type SettingsDraft,
  withOthers,
} from "../../../src/renderer/features/settings/settings-draft.ts";

const base = settingsSchema.parse({
  provider: "openai-compatible",
  providers: { "openai-compatible": { baseUrl: "http://127.0.0.1:1", apiKey: "k", idleTimeoutMs: 5_000 } },
  maxRequestsPerTurn: 7,
  exec: { allowEnv: ["CI"] },
});

function check(change: Partial<SettingsDraft>) {
  return checkDraft(base, { ...draftOf(base), ...change });
}

describe("the settings form", () => {
  it("gives back what it was made from, also what it does not show", () => expect(check({})).toEqual({ settings: base, errors: {} }));

  it("stores seconds as milliseconds and an emptied field as not set", () => {
    const { settings } = check({ cpuSeconds: "2.5", execSeconds: "0.1", apiKey: " ", model: " m ", contextWindow: "200,000" });
    expect({ cpu: settings?.script.cpuMs, exec: settings?.exec, connection: settings?.providers["openai-compatible"] }).toEqual({
      cpu: 2_500,
      exec: { timeoutMs: 100, allowEnv: ["CI"] },
      connection: { baseUrl: "http://127.0.0.1:1", model: "m", contextWindow: 200_000, idleTimeoutMs: 5_000, maxRetries: 4 },
    });
  });

  it.each([
    [{ cpuSeconds: "0" }, { cpuSeconds: "At least 0.05 s." }],
    [{ wallSeconds: "999999999" }, { wallSeconds: "At most 86,400 s." }],
    [{ memoryMb: "8" }, { memoryMb: "At least 32." }],
    [{ memoryMb: "abc" }, { memoryMb: "A whole number." }],
    [{ maxCalls: "1.5" }, { maxCalls: "A whole number." }],
    [{ execSeconds: "" }, { execSeconds: "A number of seconds." }],
    [{ baseUrl: "localhost:11434" }, { baseUrl: "An address that starts with http:// or https://." }],
    [{ scriptWorkers: "17" }, { scriptWorkers: "At most 16." }],
    [{ contextWindow: "12" }, { contextWindow: "At least 1,000." }],
    [{ contextWindow: "much" }, { contextWindow: "A whole number." }],
    [{ scriptWorkers: "" }, { scriptWorkers: "A whole number." }],
    [{ maxRunningTasks: "65" }, { maxRunningTasks: "At most 64." }],
  ] as const)("refuses %j and says why at the field", (change, errors) => expect(check(change)).toEqual({ settings: null, errors }));

  it("a limit above what scripts may ask for raises that; others leave it", () => {
    const { settings } = check({ cpuSeconds: "120", memoryMb: "64", scriptWorkers: "8" });
    expect(settings?.script).toEqual({
      ...base.script,
      cpuMs: 120_000,
      memoryMb: 64,
      workers: 8,
      most: { ...base.script.most, cpuMs: 120_000 },
    });
  });

  it("knows when the stored connection is not the one in the form", () => {
    const draft = draftOf(base);
    expect([
      isConnectionChanged(base, draft),
      isConnectionChanged(base, { ...draft, model: "x" }),
      isConnectionChanged(base, { ...draft, theme: "dark" }),
    ]).toEqual([false, true, false]);
  });
});

describe("looking at another provider", () => {
  const typed = { ...draftOf(base), baseUrl: "http://127.0.0.1:2", model: "mine" };
  const there = lookAt(base, typed, {}, "anthropic");

  it("shows what is stored for it, and what was typed before when it comes back", () => {
    expect(there.draft).toMatchObject({ provider: "anthropic", baseUrl: "", model: "" });
    const back = lookAt(base, { ...there.draft, model: "other" }, there.others, "openai-compatible");
    expect(back.draft).toEqual(typed);
    expect(lookAt(base, back.draft, back.others, "anthropic").draft.model).toBe("other");
  });

  it("stores what was typed for the one that is not shown, and says where that cannot be", () => {
    const { settings, wrong } = withOthers(base, there.draft, there.others);
    expect(settings.providers["openai-compatible"]).toMatchObject({ baseUrl: "http://127.0.0.1:2", model: "mine", idleTimeoutMs: 5_000 });
    expect(wrong).toEqual([]);
    expect(checkDraft(settings, there.draft).settings?.provider).toBe("anthropic");
    const bad = lookAt(base, { ...typed, baseUrl: "nowhere" }, {}, "anthropic");
    expect(withOthers(base, bad.draft, bad.others).wrong).toEqual(["openai-compatible"]);
  });
});

it("has sizes of text and of code, in whole pixels", () => {
  expect(check({ textSize: "16", codeSize: "13" }).settings?.appearance).toMatchObject({ textSize: 16, codeSize: 13 });
  expect(check({ textSize: "40", codeSize: "9" }).errors).toEqual({ textSize: "At most 20.", codeSize: "At least 10." });
});
