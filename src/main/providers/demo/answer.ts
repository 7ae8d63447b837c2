import type { ModelMessage } from "../provider.ts";
import { isTest } from "./fix-rules.ts";
import { countTodos, exportedNames } from "./outline.ts";

/** The line of a system prompt by which a request is known to be one question of another agent. */
export const askMark = "You answer one question for another agent.";

interface AttachedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Answers a question of an ask task by counting in the files that came along: exports that no test mentions, where the
 * names in the question stand, and plain figures. It says that it is no model. Pure.
 */
export function answerQuestion(messages: readonly ModelMessage[]): string {
  const text = messages.flatMap((message) => (message.role === "user" ? [message.text] : [])).join("\n\n");
  const files = attachedFiles(text);
  if (files.length === 0)
    return "Answer by the Demo (rules, no model): no file came with the question, and rules can only count what is there. Ask with `files`, or choose a real provider.";
  const question = /<question>\n?([\s\S]*?)\n?<\/question>/.exec(text)?.[1] ?? text.replaceAll(fileBlock, "");
  const parts = [
    "Answer by the Demo (rules, no model), counted in the files that came along.",
    untestedText(files),
    whereText(question, files),
    figuresText(files),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const fileBlock = /<file path="([^"]*)"[^>]*>\n?([\s\S]*?)\n?<\/file>/g;

function attachedFiles(text: string): AttachedFile[] {
  return [...text.matchAll(fileBlock)].map((match) => ({ path: match[1] ?? "", text: match[2] ?? "" }));
}

function untestedText(files: readonly AttachedFile[]): string {
  const tests = files.filter((file) => isTest(file.path));
  if (tests.length === 0) return "";
  const said = tests.map((file) => file.text).join("\n");
  const names = files
    .filter((file) => !isTest(file.path))
    .flatMap((file) =>
      exportedNames(file.text)
        .filter((one) => !/^(?:interface|type)$/.test(one.kind))
        .map((one) => ({ ...one, path: file.path })),
    );
  const silent = names.filter((one) => !new RegExp(`\\b${one.name.replaceAll("$", "\\$")}\\b`).test(said));
  if (silent.length === 0)
    return `All ${names.length} exported functions, classes and values are mentioned in the ${tests.length} test files.`;
  return `${silent.length} of ${names.length} exported functions, classes and values are mentioned in none of the ${tests.length} test files (they may still be covered through others):\n${silent
    .slice(0, 25)
    .map((one) => `- ${one.name} (${one.path}:${one.line})`)
    .join("\n")}`;
}

function whereText(question: string, files: readonly AttachedFile[]): string {
  const names = new Set(
    [...question.matchAll(/`([\w$.]+)`|\b([a-z]+[A-Z]\w+|[A-Za-z]+_\w+)\b/g)].map((match) => match[1] ?? match[2] ?? ""),
  );
  const rows = [...names].flatMap((name) => {
    const places = files.flatMap((file) =>
      file.text.split("\n").flatMap((line, index) => (line.includes(name) ? [`${file.path}:${index + 1}`] : [])),
    );
    return places.length === 0
      ? []
      : [`- ${name}: ${places.slice(0, 8).join(", ")}${places.length > 8 ? ` and ${places.length - 8} more` : ""}`];
  });
  return rows.length === 0 ? "" : `Names of the question, by line:\n${rows.join("\n")}`;
}

function figuresText(files: readonly AttachedFile[]): string {
  const lines = files.reduce((sum, file) => sum + file.text.split("\n").length, 0);
  const names = files.reduce((sum, file) => sum + exportedNames(file.text).length, 0);
  const todos = files.reduce((sum, file) => sum + countTodos(file.text), 0);
  return `${files.length} files, ${lines} lines, ${names} exported names, ${todos} TODO or FIXME lines.`;
}
