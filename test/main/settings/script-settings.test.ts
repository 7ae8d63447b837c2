import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openSettings } from "../../../src/main/settings/settings.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test("without a word about scripts: the usual limits, ceilings above them, workers by the cores", () => {
  expect(settingsSchema.parse({}).script).toEqual({
    cpuMs: 10_000,
    wallMs: 600_000,
    memoryMb: 128,
    maxCalls: 10_000,
    maxInFlight: 100,
    most: { cpuMs: 60_000, wallMs: 3_600_000, memoryMb: 512, maxCalls: 100_000, maxInFlight: 1_000 },
    workers: 0,
    extraWorkers: 4,
  });
});

test("a usual limit above the usual ceiling raises it: older settings stay valid; what is written is read again", () => {
  const { script } = settingsSchema.parse({ script: { wallMs: 7_200_000, most: { memoryMb: 256 } } });
  expect(script.most).toEqual({ cpuMs: 60_000, wallMs: 7_200_000, memoryMb: 256, maxCalls: 100_000, maxInFlight: 1_000 });
  expect(settingsSchema.parse({ script }).script).toEqual(script);
});

test.each([
  [{ most: { cpuMs: 5_000 } }, /script\.most\.cpuMs: 5000 is below the usual limit script\.cpuMs, 10000/],
  [{ maxCalls: 50, most: { maxCalls: 49 } }, /script\.most\.maxCalls: 49 is below .*50/],
  [{ most: { cpuMs: 600_001 } }, /script\.most\.cpuMs: /],
  [{ most: { speed: 1 } }, /script\.most: .*speed/],
  [{ workers: 17 }, /script\.workers: /],
  [{ workers: 1.5 }, /script\.workers: /],
  [{ extraWorkers: -1 }, /script\.extraWorkers: /],
])("%j is refused with the field named", (script, said) => {
  const home = tempFolder();
  writeFileSync(path.join(home, "settings.json"), JSON.stringify({ script }));
  expect(() => openSettings(home)).toThrow(
    expect.objectContaining({ code: "settings_invalid", message: expect.stringMatching(said), hint: expect.any(String) }),
  );
});
