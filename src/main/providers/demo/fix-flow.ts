import type { DemoConversation, DemoStep } from "./conversation.ts";
import { textOf } from "./conversation.ts";
import { isObject, objectsOf, type JsonObject } from "./extract-json.ts";
import { findMistakes, isTest, type Finding } from "./fix-rules.ts";
import { lookScript, patchScript } from "./fix-scripts.ts";
import { updatePatch } from "./make-patch.ts";
import type { Plan } from "./plan.ts";
import { readTestOutput, type TestReport } from "./test-output.ts";
import { caughtError, explainCaught, explainFailure, quote } from "./trouble.ts";

/** Look around and run the tests; from what failed and what was read decide on a patch; apply it and run them again. */
export function planFix(conversation: DemoConversation, mayChange: boolean): Plan {
  const look = conversation.steps.find((step) => step.name === "look");
  if (look === undefined) {
    return {
      say: "I am Spindle's Demo: no model, only rules written down beforehand. First I look at the project, read its code and run its tests, all in one script.",
      script: lookScript,
    };
  }
  if (!look.ok || look.value === null) return { say: explainFailure(look) };
  const patch = conversation.steps.find((step) => step.name === "patch");
  if (patch !== undefined)
    return {
      say: summary(
        look.value,
        patch,
        conversation.tasks.map((task) => task.title),
      ),
    };
  return decide(conversation, look.value, mayChange);
}

function decide(conversation: DemoConversation, look: JsonObject, mayChange: boolean): Plan {
  const command = textOf(look["command"]);
  const seen = `I read ${count(objectsOf(look["sources"]).length, "file")} of ${count(Number(look["files"] ?? 0), "file")}.`;
  if (command === undefined) {
    return {
      say: `${seen} I found no way to run tests here (no \`test\` script in package.json, no Cargo.toml, go.mod or pytest), and without a failing test my rules have nothing to go by. Give me a command: “run \`…\`”.`,
    };
  }
  const refused = caughtError(look["test"]);
  const test = testOf(look);
  if (refused !== null || test === null)
    return {
      say: `${seen} ${explainCaught(`Running \`${command}\``, refused ?? { code: "error", message: "no result" })}\n\nWithout seeing the tests fail I change nothing.`,
    };
  const { report } = test;
  if (test.timedOut) return { say: `${seen} \`${command}\` did not end within its time limit, so I cannot tell what fails.` };
  if (test.exitCode === 0) return { say: `${seen} \`${command}\` passes${figures(report)}: there is nothing for my rules to repair.` };
  if (report.obstacle !== null) {
    return {
      say: `${seen} \`${command}\` could not really run: ${report.obstacle}. Install what is missing (for example “run \`npm install\`”) and ask again.\n\n${quote(test.output)}`,
    };
  }
  const sources = objectsOf(look["sources"]).map((file) => ({ path: textOf(file["path"]) ?? "", text: textOf(file["text"]) ?? "" }));
  const findings = findMistakes(sources, evidenceOf(sources, test.output, report));
  const failing = `\`${command}\` fails${figures(report)}${
    report.failing.length === 0
      ? ""
      : `: ${report.failing
          .slice(0, 5)
          .map((name) => `“${name}”`)
          .join(", ")}`
  }.`;
  if (findings.length === 0) {
    return {
      say: `${seen} ${failing}\n\nNone of the mistakes I know by rule is in the code I read. A real model would go on from here; choose a provider in the settings. The end of the output:\n\n${quote(test.output.slice(-1200))}`,
    };
  }
  const patch = updatePatch(
    [...new Set(findings.map((finding) => finding.path))].map((path) => ({
      path,
      text: sources.find((file) => file.path === path)?.text ?? "",
      edits: findings.filter((finding) => finding.path === path).flatMap((finding) => finding.edits),
    })),
  );
  if (!mayChange || conversation.approval === "plan") {
    const why = mayChange
      ? "The approval mode is `plan`, so I change nothing; this is the patch I would apply:"
      : "You asked what is wrong, so I change nothing; this patch would repair it:";
    return { say: `${seen} ${failing}\n\n${describe(findings)}\n\n${why}\n\n\`\`\`diff\n${patch}\n\`\`\`` };
  }
  return {
    say: `${failing}\n\n${describe(findings)}\n\nI patch that now and run the tests again.`,
    script: patchScript({
      patch,
      command,
      files: [...new Set(findings.map((finding) => finding.path))],
      followUp: followUpOf(look["scripts"]),
    }),
  };
}

/** What may support a rule: failing tests and their output, the text of the test files that failed, the documents. */
function evidenceOf(sources: readonly { readonly path: string; readonly text: string }[], output: string, report: TestReport): string {
  const tests = sources.filter(
    (file) => isTest(file.path) && (output.includes(file.path) || report.failing.some((name) => file.text.includes(name))),
  );
  const documents = sources.filter((file) => /\.(?:md|txt)$/i.test(file.path));
  return [...report.failing, output, ...tests.map((file) => file.text), ...documents.map((file) => file.text)].join("\n");
}

function summary(look: JsonObject, step: DemoStep, ended: readonly string[]): string {
  if (!step.ok || step.value === null) return explainFailure(step);
  const refused = caughtError(step.value["applied"]);
  if (refused !== null) return `${explainCaught("The patch", refused)}\n\nNo file was changed.`;
  const applied = isObject(step.value["applied"]) ? step.value["applied"] : {};
  const files = objectsOf(applied["files"]).map(
    (file) => `- \`${textOf(file["path"]) ?? "?"}\`: +${Number(file["added"] ?? 0)} −${Number(file["removed"] ?? 0)}`,
  );
  const changed = `I changed ${count(files.length, "file")} (+${Number(applied["added"] ?? 0)} −${Number(applied["removed"] ?? 0)} lines):\n\n${files.join("\n")}`;
  return [changed, outcome(look, step.value), tasksText(look, step.value, ended)].filter((part) => part !== "").join("\n\n");
}

function outcome(look: JsonObject, value: JsonObject): string {
  const command = textOf(look["command"]) ?? "the tests";
  const before = testOf(look);
  const after = testOf(value);
  if (after === null)
    return explainCaught(`Running \`${command}\` again`, caughtError(value["test"]) ?? { code: "error", message: "no result" });
  const was = before === null ? "" : ` Before the patch: exit ${before.exitCode}${figures(before.report)}.`;
  if (after.exitCode === 0)
    return `\`${command}\` now passes: exit 0${figures(after.report)}, ${(after.durationMs / 1000).toFixed(1)} s.${was}`;
  return `\`${command}\` still fails: exit ${after.exitCode}${figures(after.report)}.${was} The patch can be undone from the review panel.\n\n${quote(after.output.slice(-1200))}`;
}

function tasksText(look: JsonObject, value: JsonObject, ended: readonly string[]): string {
  const titles = [look["review"], value["task"]]
    .flatMap((task) => (isObject(task) ? [textOf(task["title"]) ?? ""] : []))
    .filter((title) => title !== "" && !ended.includes(title));
  if (titles.length === 0) return "";
  return `Still running in the background: ${titles.map((title) => `“${title}”`).join(", ")}. The results come into this conversation by themselves.`;
}

function testOf(value: JsonObject): {
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly durationMs: number;
  readonly output: string;
  readonly report: TestReport;
} | null {
  const test = value["test"];
  if (!isObject(test) || typeof test["exitCode"] !== "number") return null;
  const output = textOf(test["output"]) ?? "";
  return {
    exitCode: test["exitCode"],
    timedOut: test["timedOut"] === true,
    durationMs: Number(test["durationMs"] ?? 0),
    output,
    report: readTestOutput(output),
  };
}

function describe(findings: readonly Finding[]): string {
  return findings
    .map(
      (finding) =>
        `- \`${finding.path}\` line ${finding.edits.map((edit) => edit.line).join(", ")}: ${finding.rule.title} (rule ${finding.rule.id}).`,
    )
    .join("\n");
}

/** A package script that only looks or reports: safe to run unasked, and worth it after a patch. */
function followUpOf(scripts: JsonObject[string] | undefined): string | null {
  if (!isObject(scripts)) return null;
  const name = Object.keys(scripts).find((candidate) => /^(?:lint|typecheck|check|types|report|stats|stocktake)$/.test(candidate));
  return name === undefined ? null : `npm run ${name}`;
}

function figures(report: TestReport): string {
  if (report.passed === null) return "";
  return ` (${report.passed} passed, ${report.failed ?? 0} failed)`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
