/** What a test run said, as far as its output can be read. Counts are null when the format is not known. */
export interface TestReport {
  readonly passed: number | null;
  readonly failed: number | null;
  /** Names of failing tests, without repeats. */
  readonly failing: readonly string[];
  /** Set when the run could not begin at all: what is missing, as a sentence. */
  readonly obstacle: string | null;
}

/** Reads the output of node:test (TAP and spec), vitest, jest, mocha, pytest, cargo and go. Pure. */
export function readTestOutput(output: string): TestReport {
  const text = withoutColours(output);
  const names = [
    ...matches(text, /^\s*not ok \d+ - (.+?)(?:\s+#.*)?$/gm).filter((name) => !/\.[cm]?[jt]sx?$/.test(name)),
    ...matches(text, /^\s*[✖×✕]\s+(.+?)(?:\s+\(?\d+(?:\.\d+)?\s?ms\)?)?$/gm).filter((name) => !/^failing tests:?$/.test(name)),
    ...matches(text, /^\s*FAIL\s+(.+?)\s*$/gm),
    ...matches(text, /^FAILED (\S+)/gm),
    ...matches(text, /^test (\S+) \.\.\. FAILED$/gm),
    ...matches(text, /^\s*--- FAIL: (\S+)/gm),
  ];
  return { ...counts(text), failing: [...new Set(names)], obstacle: obstacleIn(text) };
}

function counts(text: string): { passed: number | null; failed: number | null } {
  const node = { passed: last(text, /^[#ℹ] pass (\d+)$/gm), failed: last(text, /^[#ℹ] fail (\d+)$/gm) };
  if (node.passed !== null) return node;
  const line = [...text.matchAll(/^.*\b\d+ (?:passed|failed|passing|failing)\b.*$/gm)]
    .map((match) => match[0])
    .findLast((found) => !/\b(?:Test Files|Test Suites)\b/.test(found));
  const passed = last(line ?? "", /(\d+) (?:passed|passing)/g) ?? last(text, /(\d+) passing/g);
  const failed = last(line ?? "", /(\d+) (?:failed|failing)/g) ?? last(text, /(\d+) failing/g);
  return { passed, failed: failed ?? (passed === null ? null : 0) };
}

function obstacleIn(text: string): string | null {
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1] ?? /No module named '?([\w.]+)/.exec(text)?.[1];
  if (missing !== undefined) return `${missing} is not installed`;
  const command = /(?:^|\s)(?:sh|bash)?:?(?: line)? ?\d*: ?([\w./-]+): (?:command )?not found/m.exec(text)?.[1];
  if (command !== undefined) return `the command ${command} does not exist here`;
  const option = /node: bad option: (\S+)|(Unknown file extension "\.ts")/.exec(text);
  return option === null ? null : `this version of Node cannot run them (${(option[1] ?? option[2] ?? "").trim()})`;
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => (match[1] ?? "").trim());
}

function last(text: string, pattern: RegExp): number | null {
  const found = [...text.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? null : Number(found);
}

function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}
