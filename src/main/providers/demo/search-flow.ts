import { literal } from "./code.ts";
import { textOf, type DemoConversation } from "./conversation.ts";
import { objectsOf } from "./extract-json.ts";
import type { Intent } from "./intent.ts";
import type { Plan } from "./plan.ts";
import { caughtError, explainCaught, explainFailure } from "./trouble.ts";

const shownMatches = 40;

/** Searches the project and shows the lines; likely definitions come first. */
export function planSearch(conversation: DemoConversation, intent: Extract<Intent, { kind: "search" }>): Plan {
  const step = conversation.steps.find((one) => one.name === "search");
  if (step === undefined)
    return { say: `I search the project for \`${intent.pattern}\`.`, script: searchScript(intent.pattern, intent.include) };
  if (!step.ok || step.value === null) return { say: explainFailure(step) };
  const error = caughtError(step.value);
  if (error !== null) return { say: explainCaught("The search", error) };
  const files = Number(step.value["files"] ?? 0);
  const total = Number(step.value["matchCount"] ?? 0);
  if (total === 0)
    return {
      say: `Nothing in the project matches \`${intent.pattern}\`${intent.include === null ? "" : ` in ${intent.include}`}. Ignored files were not searched.`,
    };
  const matches = objectsOf(step.value["matches"]);
  const rows = matches.map(
    (match) => `- \`${textOf(match["path"]) ?? "?"}:${Number(match["line"] ?? 0)}\` ${inline(textOf(match["text"]) ?? "")}`,
  );
  const more = total > matches.length ? `\n\n${total - matches.length} more not shown.` : "";
  return {
    say: `${total} ${total === 1 ? "match" : "matches"} in ${files} ${files === 1 ? "file" : "files"}; lines that look like definitions first:\n\n${rows.join("\n")}${more}`,
  };
}

function inline(line: string): string {
  const text = line.trim().slice(0, 160);
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function searchScript(pattern: string, include: string | null): string {
  return `// Search the project for ${pattern.split("\n")[0] ?? ""}
const found = await tools.grepFiles({ pattern: ${literal(pattern)}${include === null ? "" : `, include: ${literal(include)}`}, limit: 500 }).catch((error) => ({ error: { code: String(error.code ?? "error"), message: error.message } }));
if ("error" in found) return { step: "search", ...found };
const defines = /\\b(function|class|interface|type|enum|const|let|var|def|fn|func|struct|trait)\\s+\\w*|^\\s*(export|public|private)\\b/;
const matches = found.matches.toSorted((a, b) => Number(defines.test(b.text)) - Number(defines.test(a.text)));
return { step: "search", files: found.files.length, matchCount: found.matchCount, matches: matches.slice(0, ${shownMatches}).map(({ path, line, text }) => ({ path, line, text: text.slice(0, 200) })) };
`;
}
