import type { DemoTask } from "./conversation.ts";

const trouble = /\b(?:errors?|fail(?:ed|s|ure)?|cannot|not found|denied|refused|exception|timed out)\b/i;

/** One or two sentences per task that has ended: what, how, its most telling line. The window shows the whole result itself. Pure. */
export function taskNews(tasks: readonly DemoTask[]): string {
  return tasks
    .map((task) => {
      const head = `Background task “${task.title}” has ended: ${task.status.replaceAll("_", " ")}.`;
      const lines = task.text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => /[\p{L}\p{N}]/u.test(line));
      const last = lines.at(-1);
      if (last === undefined) return `${head} It left no text.`;
      const telling = task.status === "succeeded" ? last : (lines.findLast((line) => trouble.test(line)) ?? last);
      const shown = (telling.length > 160 ? `${telling.slice(0, 160)}…` : telling).replaceAll("`", "'");
      return `${head} ${telling === last ? "Its last line" : "Its most telling line"}: \`${shown}\``;
    })
    .join("\n\n");
}
