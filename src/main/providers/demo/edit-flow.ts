import { literal, template } from "./code.ts";
import { textOf, type DemoConversation } from "./conversation.ts";
import { isObject, objectsOf, type JsonObject } from "./extract-json.ts";
import type { Intent } from "./intent.ts";
import { addPatch, updatePatch, type Edit } from "./make-patch.ts";
import type { Plan } from "./plan.ts";
import { caughtError, explainCaught, explainFailure } from "./trouble.ts";

type Replace = Extract<Intent, { kind: "replace" }>;
type Create = Extract<Intent, { kind: "create" }>;

/** Longest text of a file that travels through the conversation; a longer file is left alone and said so. */
const maxText = 24_000;

/** Reads the file, then patches every line that holds the text: exact, case-sensitive. */
export function planReplace(conversation: DemoConversation, intent: Replace): Plan {
  const done = conversation.steps.find((step) => step.name === "replace-apply");
  if (done !== undefined) return { say: done.ok && done.value !== null ? appliedText(done.value) : explainFailure(done) };
  const read = conversation.steps.find((step) => step.name === "replace-read");
  if (read === undefined) {
    return { say: `I read \`${intent.file}\` first, so that the patch fits what is really there.`, script: readScript(intent.file) };
  }
  if (!read.ok || read.value === null) return { say: explainFailure(read) };
  const error = caughtError(read.value);
  if (error !== null) return { say: explainCaught(`Reading \`${intent.file}\``, error) };
  const text = textOf(read.value["text"]);
  if (text === undefined)
    return { say: `\`${intent.file}\` is too long for the Demo (${Number(read.value["totalLines"] ?? 0)} lines): I change nothing.` };
  const edits = replaceEdits(text, intent.from, intent.to);
  if (edits.length === 0)
    return {
      say: `\`${intent.from}\` does not occur in \`${intent.file}\` (${text.split("\n").length} lines, compared exactly and with upper and lower case): nothing to replace.`,
    };
  return {
    say: `\`${intent.from}\` stands in ${edits.length} ${edits.length === 1 ? "line" : "lines"} of \`${intent.file}\`. I replace it by \`${intent.to}\`.`,
    script: applyScript(
      `Replace ${intent.from.split("\n")[0] ?? ""} in ${intent.file}`,
      "replace-apply",
      updatePatch([{ path: intent.file, text, edits }]),
    ),
  };
}

/** Makes a new file; an existing one is never overwritten. */
export function planCreate(conversation: DemoConversation, intent: Create): Plan {
  const step = conversation.steps.find((one) => one.name === "create");
  if (step === undefined) return { say: `I create \`${intent.file}\`, unless it exists.`, script: createScript(intent) };
  if (!step.ok || step.value === null) return { say: explainFailure(step) };
  if (step.value["exists"] === true)
    return {
      say: `\`${intent.file}\` exists already (${Number(step.value["totalLines"] ?? 0)} lines). I do not overwrite files; ask for “replace A with B in ${intent.file}” instead.`,
    };
  return { say: appliedText(step.value) };
}

/** One edit per line that holds `from`. Both must be single lines; otherwise nothing is found. */
export function replaceEdits(text: string, from: string, to: string): Edit[] {
  return text.split("\n").flatMap((line, index) => {
    const next = line.split(from).join(to);
    return next === line ? [] : [{ line: index + 1, remove: [line], insert: next.split("\n") }];
  });
}

function appliedText(value: JsonObject): string {
  const error = caughtError(value["applied"]);
  if (error !== null) return `${explainCaught("The patch", error)}\n\nNo file was changed.`;
  const applied = isObject(value["applied"]) ? value["applied"] : {};
  const rows = objectsOf(applied["files"]).map(
    (file) => `\`${textOf(file["path"]) ?? "?"}\` (+${Number(file["added"] ?? 0)} −${Number(file["removed"] ?? 0)})`,
  );
  return rows.length === 0
    ? "The patch changed nothing."
    : `Done: ${rows.join(", ")}. The change can be reviewed and undone in the panel on the right.`;
}

function readScript(file: string): string {
  return `// Read ${file}
try {
  const file = await tools.readFile({ path: ${literal(file)}, limit: 5000 });
  const fits = !file.truncated && file.text.length <= ${maxText};
  return { step: "replace-read", totalLines: file.totalLines, ...(fits ? { text: file.text } : {}) };
} catch (error) {
  return { step: "replace-read", error: { code: String((error as { code?: string }).code ?? "error"), message: (error as Error).message } };
}
`;
}

function applyScript(title: string, step: string, patch: string): string {
  return `// ${title}
const patch = ${template(patch)};
const applied = await tools.applyPatch({ patch }).catch((error) => ({ error: { code: String(error.code ?? "error"), message: error.message } }));
return { step: ${literal(step)}, applied };
`;
}

function createScript(intent: Create): string {
  return `// Create ${intent.file}
const existing = await tools.readFile({ path: ${literal(intent.file)} }).catch((error) => {
  if (error.code === "not_found") return null;
  throw error;
});
if (existing !== null) return { step: "create", exists: true, totalLines: existing.totalLines };

const patch = ${template(addPatch(intent.file, intent.text))};
const applied = await tools.applyPatch({ patch }).catch((error) => ({ error: { code: String(error.code ?? "error"), message: error.message } }));
return { step: "create", applied };
`;
}
