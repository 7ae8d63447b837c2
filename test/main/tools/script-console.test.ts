import { expect, test } from "vitest";
import { collectConsoleLines } from "../../../src/main/tools/script/console-lines.ts";
import { useScriptTool } from "./script-lab.ts";

const script = useScriptTool();

test("the model reads the console besides the return value, with the level where it is not the usual one", async () => {
  const { text, events } = await script(
    'console.log("one", { a: 1 }); console.info("two"); console.warn("three"); console.error("four"); console.debug("five"); return { done: true };',
  );
  expect(text).toMatch(/^Script completed in \d+\.\d s \(0 calls\)\.\n\n/);
  expect(text.slice(text.indexOf("\n\n") + 2)).toBe(
    'Console (5 lines):\none { a: 1 }\ntwo\n[warn] three\n[error] four\n[debug] five\n\nResult:\n{\n "done": true\n}',
  );
  expect(events.map((event) => (event.type === "script_log" ? [event.level, event.text, event.scriptLine] : event))).toEqual([
    ["log", "one { a: 1 }", 1],
    ["info", "two", 1],
    ["warn", "three", 1],
    ["error", "four", 1],
    ["debug", "five", 1],
  ]);
});

test("a failed script keeps what it wrote before it failed", async () => {
  const { text, ok } = await script('console.log("before");\nthrow new RangeError("too far");');
  expect(ok).toBe(false);
  expect(text).toMatch(/^Script failed after .*: script_error: RangeError: too far at line 2:\d+\n[\s\S]*\n\nConsole \(1 line\):\nbefore$/);
});

test("no console, no console part; the limits of the harness are applied and said", async () => {
  expect((await script("return 1")).text).toMatch(/\(0 calls\)\.\n\nResult:\n1$/);
  const { text } = await script('for (let n = 0; n < 2_500; n++) console.log("line", n);\nreturn "end";');
  expect({
    lines: /Console \((\d+) lines\)/.exec(text)?.[1],
    last: text.includes("\nline 1999\n"),
    beyond: text.includes("line 2000"),
    said: /Warning: 500 console lines were dropped/.test(text),
    end: text.endsWith("\n\nResult:\nend"),
  }).toEqual({ lines: "2000", last: true, beyond: false, said: true, end: true });
});

test("a script that got round the guest's own limits cannot fill the memory", () => {
  const lines = collectConsoleLines();
  const text = "x".repeat(1_000);
  for (let n = 0; n < 3_000; n++) lines.add([{ level: "log", text, line: null }]);
  const read = lines.read();
  expect({ lines: read.lines, short: read.text.length < 1_010_000, last: read.text.split("\n").at(-1) }).toEqual({
    lines: 3_000,
    short: true,
    last: "… 2000 more were not kept",
  });
});
