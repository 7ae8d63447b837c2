import { listFiles, literal, readHelpers } from "./code.ts";
import { textOf, type DemoConversation } from "./conversation.ts";
import { isObject, objectsOf, stringsOf, type JsonObject } from "./extract-json.ts";
import { outline } from "./outline.ts";
import type { Plan } from "./plan.ts";
import { explainFailure } from "./trouble.ts";

/** Examples of what the Demo can do; shown whenever it was asked for something else. */
const abilities = `As Demo I follow rules; I do not understand free text. I can:

- **fix the failing test**: run the tests, look for known kinds of mistakes, patch them, run the tests again
- **run the tests**, or **run \`npm run build\`** (add “in the background” for a task)
- **explain the project** or **explain src/some-file.ts**
- **find \`someName\`**
- **replace \`a\` with \`b\` in src/file.ts**, **create notes.md with …**
- **ask an expert: …** (a task of its own)

For everything else choose a real provider in the settings: OpenAI, Anthropic or any compatible server, also one on this machine.`;

/** Surveys the project, or the files and folders the person named. */
export function planSurvey(conversation: DemoConversation, focus: readonly string[]): Plan {
  const step = conversation.steps.find((one) => one.name === "survey");
  if (step === undefined) {
    const what = focus.length === 0 ? "the project" : focus.map((path) => `\`${path}\``).join(", ");
    return { say: `I look at ${what}.`, script: surveyScript(focus) };
  }
  if (!step.ok || step.value === null) return { say: explainFailure(step) };
  return { say: [focusText(step.value), focus.length === 0 ? surveyText(step.value) : ""].filter((part) => part !== "").join("\n\n") };
}

/** A prompt no rule fits: a short survey, then an honest word about what is possible. */
export function planOther(conversation: DemoConversation): Plan {
  const step = conversation.steps.find((one) => one.name === "survey");
  if (step === undefined)
    return {
      say: "No rule of the Demo fits this. I take a short look at the project and then say what I can do.",
      script: surveyScript([]),
    };
  if (!step.ok || step.value === null) return { say: `${explainFailure(step)}\n\n${abilities}` };
  return { say: `${sizeText(step.value)}\n\n${abilities}` };
}

/** Free text that came during other work: one sentence, no look at the project. */
export function planAside(conversation: DemoConversation): Plan {
  const [first = ""] = conversation.prompt.split("\n");
  const words = first.length > 80 ? `${first.slice(0, 80)}…` : first;
  return { say: `To “${words}” I have no answer: as Demo I follow rules and do not understand free text; a real provider would.` };
}

function surveyText(value: JsonObject): string {
  const scripts = Object.entries(isObject(value["scripts"]) ? value["scripts"] : {});
  const parts = [sizeText(value)];
  const description = textOf(value["description"]);
  if (description !== undefined) parts.push(description);
  if (scripts.length > 0)
    parts.push(
      `Package scripts:\n\n${scripts
        .slice(0, 15)
        .map(([name, cmd]) => `- \`${name}\`: \`${textOf(cmd) ?? ""}\``)
        .join("\n")}`,
    );
  const readme = textOf(value["readme"]);
  if (readme !== undefined)
    parts.push(
      `The README begins:\n\n${readme
        .split("\n")
        .map((line) => `> ${line}`)
        .join("\n")}`,
    );
  parts.push(`${Number(value["todos"] ?? 0)} lines hold a TODO or FIXME.`);
  return parts.join("\n\n");
}

function sizeText(value: JsonObject): string {
  const kinds = Object.entries(isObject(value["byExtension"]) ? value["byExtension"] : {}).sort((a, b) => Number(b[1]) - Number(a[1]));
  const top = stringsOf(value["top"]);
  const name = textOf(value["name"]);
  return `${name === undefined ? "The project" : `**${name}**`} has ${Number(value["files"] ?? 0)} files${
    kinds.length === 0
      ? ""
      : ` (${kinds
          .slice(0, 6)
          .map(([kind, n]) => `${Number(n)} ${kind}`)
          .join(", ")})`
  }. At the top: ${top.map((entry) => `\`${entry}\``).join(", ")}.`;
}

function focusText(value: JsonObject): string {
  return objectsOf(value["focus"])
    .map((file) => {
      const path = textOf(file["path"]) ?? "?";
      const text = textOf(file["text"]);
      if (text !== undefined)
        return `**\`${path}\`**: ${Number(file["totalLines"] ?? 0)} lines${file["truncated"] === true ? " (the first part was read)" : ""}.\n\n${outline(text)}`;
      const entries = stringsOf(file["entries"]);
      if (entries.length > 0)
        return `**\`${path}\`** holds ${entries.length} entries: ${entries
          .slice(0, 40)
          .map((entry) => `\`${entry}\``)
          .join(", ")}.`;
      return `**\`${path}\`** could not be read: ${textOf(file["error"]) ?? "unknown reason"}`;
    })
    .join("\n\n");
}

function surveyScript(focus: readonly string[]): string {
  return `// Survey ${focus.length === 0 ? "the project: files, languages, scripts, README" : focus.join(", ")}
${listFiles}
${readHelpers}
const look = async (path: string) => {
  try {
    const file = await tools.readFile({ path, limit: 600 });
    return { path, totalLines: file.totalLines, truncated: file.truncated || file.text.length > 20_000, text: file.text.slice(0, 20_000) };
  } catch (error) {
    const listing = await tools.listDir({ path, depth: 1, limit: 200 }).catch(() => null);
    return listing === null ? { path, error: (error as Error).message } : { path, entries: listing.entries.map((entry) => entry.path) };
  }
};
const focus: string[] = [${focus.slice(0, 5).map(literal).join(", ")}];
const [manifest, readme, notes, looked] = await Promise.all([
  files.includes("package.json") ? read("package.json") : null,
  read(files.find((file) => /^readme[^/]*$/i.test(file)) ?? "README.md"),
  tools.grepFiles({ pattern: "TODO|FIXME", limit: 100 }),
  Promise.all(focus.map(look)),
]);
const byExtension: Record<string, number> = {};
for (const file of files) {
  const extension = /[^/](\\.[^./]+)$/.exec(file)?.[1] ?? "other";
  byExtension[extension] = (byExtension[extension] ?? 0) + 1;
}
const about = manifest === null ? {} : JSON.parse(manifest.text);
return {
  step: "survey",
  files: files.length,
  byExtension,
  top: top.entries.slice(0, 30).map((entry) => entry.path + (entry.kind === "dir" && !entry.path.endsWith("/") ? "/" : "")),
  name: about.name ?? null,
  description: about.description ?? null,
  scripts: about.scripts ?? {},
  readme: readme === null ? null : readme.text.split("\\n").slice(0, 12).join("\\n").trim(),
  todos: notes.matchCount,
  focus: looked,
};
`;
}
