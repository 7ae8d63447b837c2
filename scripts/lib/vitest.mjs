// Runs vitest and counts from its JSON report: text output is for people and changes with versions.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "./paths.mjs";
import { run } from "./run.mjs";

/** @typedef {{ passed: number, failed: number }} Count */

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
  return result.code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/**
 * @param {string} file
 * @returns {Count}
 */
function countReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const brokenFiles = report.testResults.filter(
      (/** @type {any} */ suite) => suite.status === "failed" && suite.assertionResults.length === 0,
    ).length;
    return { passed: report.numPassedTests, failed: report.numFailedTests + report.numPendingTests + report.numTodoTests + brokenFiles };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
