// Runs vitest and counts from its JSON report: text output is for people and changes with versions.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { root, stateDir } from "./paths.mjs";
import { run } from "./run.mjs";

/** @typedef {{ passed: number, failed: number, failures: readonly string[] }} Count `failures`: a line for each, with the file, the test and what was wrong. */

/**
 * @param {string} name Of the report file.
 * @param {readonly string[]} args Config and file filters.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Count>} A test that was skipped counts as failed: a green run must mean that everything ran.
 */
export async function runVitest(name, args, env = {}) {
  const report = join(stateDir, `${name}.json`);
  mkdirSync(stateDir, { recursive: true });
  rmSync(report, { force: true });
  const cli = join("node_modules", "vitest", "vitest.mjs");
  const result = await run(
    process.execPath,
    [cli, "run", ...args, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    {
      output: "inherit",
      env,
    },
  );
  const count = countReport(report);
  // Unhandled errors and hooks that hang are failures without a failed test.
  if (result.code === 0 || count.failed > 0) return count;
  return {
    ...count,
    failed: 1,
    failures: [`${name}: no test failed, but the run ended with code ${result.code}: an unhandled error or a hook that hangs`],
  };
}

/**
 * @param {string} file
 * @returns {Count}
 */
function countReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const failures = report.testResults.flatMap(failuresOf);
    return { passed: report.numPassedTests, failed: failures.length, failures };
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`no report: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/**
 * @param {any} suite A file of vitest's JSON report.
 * @returns {string[]} One line for each test that did not pass, or one for a file that could not be run.
 */
function failuresOf(suite) {
  const file = relative(root, suite.name);
  const tests = suite.assertionResults.filter((/** @type {any} */ test) => test.status !== "passed");
  if (tests.length === 0) return suite.status === "failed" ? [`${file}: ${firstLine(suite.message)}`] : [];
  return tests.map((/** @type {any} */ test) => `${file}: ${test.title}: ${test.status}: ${firstLine(test.failureMessages?.[0])}`);
}

/** @param {string | undefined} text */
const firstLine = (text = "") => text.trim().split("\n", 1)[0] ?? "";
