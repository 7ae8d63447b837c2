import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createRedactor } from "../../../src/main/lib/redact.ts";
import { createTaskFiles } from "../../../src/main/tasks/kept-results.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const key = `sk-${"a1B2".repeat(8)}`;
const split = `sk-\u001B[0m${"a1B2".repeat(8)}`;

test("what is too long for the ledger stands in files; gone, they are gone and nothing else is", () => {
  const folder = tempFolder();
  const files = createTaskFiles(folder, (text) => text);
  const kept = files.keep("task_1", { result: { stdout: "x".repeat(9_000) }, text: "y".repeat(9_000) });
  expect([kept.resultCut, kept.textCut, files.text("task_1"), files.result("task_1")]).toEqual([
    true,
    true,
    "y".repeat(9_000),
    { stdout: "x".repeat(9_000) },
  ]);
  rmSync(folder, { recursive: true });
  expect([files.text("task_1"), files.result("task_1")]).toEqual([null, null]);
});

test("a key with an escape sequence inside is found: what cannot be seen goes first", () => {
  const folder = tempFolder();
  const redact = createRedactor(() => []);
  const files = createTaskFiles(folder, redact);
  expect(redact(files.keep("task_1", { result: null, text: `here: ${split}` }).text)).toBe("here: [redacted]");
  files.keep("task_2", { result: null, text: `${"z ".repeat(5_000)}${split}` });
  const text = readFileSync(path.join(folder, "task_2.text"), "utf8");
  expect([text.includes(key), text.endsWith("[redacted]")]).toEqual([false, true]);
});
