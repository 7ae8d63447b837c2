import type { DemoConversation, DemoStep } from "./conversation.ts";
import { textOf } from "./conversation.ts";
import { isObject, objectsOf, type JsonObject } from "./extract-json.ts";
import { caughtError } from "./trouble.ts";

/** What the Demo did so far in this conversation, in one or two sentences; only what the results of its scripts say. Pure. */
export function reportText(conversation: DemoConversation): string {
  const steps = [...conversation.earlier, ...conversation.steps].slice(-8);
  if (steps.length === 0) return "So far I have run nothing in this conversation.";
  return `What I did, in short: ${steps.map(deed).join("; then ")}.`;
}

function deed(step: DemoStep): string {
  const { value } = step;
  if (!step.ok || value === null) return `I tried the step “${step.name}”, which did not succeed`;
  switch (step.name) {
    case "look":
      return `I read ${count(objectsOf(value["sources"]).length)}${ran(value["test"], textOf(value["command"]))}`;
    case "patch":
      return `${applied(value)}${ran(value["test"], "the tests again")}`;
    case "replace-apply":
    case "create":
      return value["exists"] === true ? "I left a file alone that exists already" : applied(value);
    case "replace-read":
      return "I read the file to change";
    case "search":
      return `I searched the project (${Number(value["matchCount"] ?? 0)} matches)`;
    case "survey":
      return `I looked at the project (${count(Number(value["files"] ?? 0))})`;
    case "run": {
      const cmd = textOf(value["cmd"]);
      return cmd === undefined ? "I found no command to run" : `I${ran(value["run"], cmd).replace(" and", "")}`;
    }
    case "run-task":
      return caughtError(value["task"]) === null ? "I started a background task" : "I could not start a background task";
    default:
      return `I ran the step “${step.name}”`;
  }
}

function applied(value: JsonObject): string {
  const patch = value["applied"];
  if (!isObject(patch) || caughtError(patch) !== null) return "I tried a patch, which was not applied";
  const files = objectsOf(patch["files"]).map((file) => `\`${textOf(file["path"]) ?? "?"}\``);
  return `I changed ${files.join(", ")} (+${Number(patch["added"] ?? 0)} −${Number(patch["removed"] ?? 0)} lines)`;
}

function ran(run: JsonObject[string] | undefined, what: string | undefined): string {
  if (what === undefined || !isObject(run)) return "";
  const cmd = what.startsWith("the ") ? what : `\`${what}\``;
  return typeof run["exitCode"] === "number" ? ` and ran ${cmd} (exit ${run["exitCode"]})` : ` and could not run ${cmd}`;
}

function count(files: number): string {
  return `${files} ${files === 1 ? "file" : "files"}`;
}
