import { describe, expect, test } from "vitest";
import {
  dayGroup,
  formatBytes,
  formatClock,
  formatDuration,
  formatElapsed,
  formatRelative,
  splitPath,
} from "../../src/renderer/lib/format.ts";
import { callSubject, scriptTitle } from "../../src/renderer/state/call-subject.ts";

describe("format", () => {
  test("writes durations, elapsed times and sizes as a person reads them", () => {
    expect([0, 64, 999.6, 1_840, 9_996, 59_960, 125_000, 3_725_000].map(formatDuration)).toEqual([
      "0 ms",
      "64 ms",
      "1.00 s",
      "1.84 s",
      "10.0 s",
      "1 m 00 s",
      "2 m 05 s",
      "1 h 02 m",
    ]);
    expect([900, 63_000, 3_660_000].map(formatElapsed)).toEqual(["0 s", "1 m 03 s", "1 h 01 m"]);
    expect([8_000, 252_000, 3_723_000].map(formatClock)).toEqual(["0:08", "4:12", "1:02:03"]);
    expect([812, 2_100, 48_211, 999_600, 1_300_000].map(formatBytes)).toEqual(["812 B", "2.1 kB", "48 kB", "1.0 MB", "1.3 MB"]);
  });

  test("tells the age of a row and its day", () => {
    const now = new Date(2026, 10, 23, 15, 0).getTime();
    const times = [
      now - 5_000,
      now - 300_000,
      now - 3 * 3_600_000,
      now - 30 * 3_600_000,
      new Date(2026, 2, 12).getTime(),
      new Date(2024, 2, 12).getTime(),
    ];
    expect(times.map((time) => [formatRelative(time, now), dayGroup(time, now)])).toEqual([
      ["now", "Today"],
      ["5m", "Today"],
      ["3h", "Today"],
      ["Sun", "Yesterday"],
      ["12 Mar", "Earlier"],
      ["12 Mar 2024", "Earlier"],
    ]);
  });

  test("splits paths of either system", () => {
    expect(["src/a.ts", "C:\\x\\b.ts", "c.ts"].map(splitPath)).toEqual([
      ["src/", "a.ts"],
      ["C:\\x\\", "b.ts"],
      ["", "c.ts"],
    ]);
  });
});

describe("callSubject", () => {
  test.each([
    ["readFile", { path: "src/a.ts" }, "src/a.ts"],
    ["listDir", {}, "."],
    ["grepFiles", { pattern: "x+", include: "*.ts" }, "x+"],
    ["exec", { cmd: "npm test\nrm x" }, "npm test"],
    ["applyPatch", { patch: "*** Begin Patch\n*** Update File: a.ts\n*** Add File: b.ts\n*** End Patch" }, "a.ts and 1 more"],
    ["spawn", { kind: "ask", question: "Why?" }, "Why?"],
    ["other", { first: 1, second: "two" }, "two"],
  ])("names what %s is about", (tool, input, subject) => {
    expect(callSubject(tool, input)).toBe(subject);
  });

  test("takes a script's first comment as its title, else the tools it names", () => {
    expect(
      ["// Map callers.\nawait x()", "/* Look */\n1", "await tools.exec({})\nawait tools.readFile({})", "1 + 1"].map(scriptTitle),
    ).toEqual(["Map callers", "Look", "Script: exec, readFile", "Script"]);
  });
});
