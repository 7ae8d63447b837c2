import { assertNever } from "../../../protocol/error.ts";
import type { CallView } from "../../state/conversation-view.ts";
import type { Row } from "./rows.ts";

/** Everything a row says or could unfold, for finding in it. */
export function rowText(row: Row): string {
  switch (row.kind) {
    case "user":
      return lines(row.text, ...row.attachments.map((file) => file.name));
    case "text":
    case "reasoning":
      return asRead(row.text);
    case "call":
      return callText(row.call);
    case "calls":
      return lines(...row.steps.map(({ call }) => callText(call)));
    case "script":
      return lines(row.title, row.code, ...row.calls.map(callText), row.lastLog, row.text, row.error?.message ?? "");
    case "patch":
    case "revert":
      return lines(...row.files.map((file) => file.path));
    case "task":
      return row.title;
    case "delivery":
      return lines(row.title, row.text);
    case "retry":
      return row.error.message;
    case "notice":
      return row.message;
    case "end":
      return row.error === null ? "" : lines(row.error.message, row.error.hint ?? "");
    default:
      return assertNever(row);
  }
}

/** Markdown as a person reads it: without the signs of bold, code and links, so that `zebra` finds `**zeb**ra`. */
function asRead(markdown: string): string {
  return markdown
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/`([^`\n]+)`/g, "$1")
    .replace(/\[([^\]\n]+)\]\([^)\s]+\)/g, "$1");
}

function callText(call: CallView): string {
  return lines(call.subject, call.summary, call.text, call.error?.message ?? "");
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}
