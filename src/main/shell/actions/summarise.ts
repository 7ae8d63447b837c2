import {
  agSummary,
  fdSummary,
  findSummary,
  gitSummary,
  grepSummary,
  isPython,
  listerSummary,
  pythonSummary,
  ripgrepSummary,
} from "./finders.ts";
import { awkFile, endSummary, nlSummary, pagerSummary, sedFile } from "./readers.ts";
import { reads, type Summary, unknown } from "./summary.ts";

/** What one command does, by the bare name of its program (never by a path to it) and its words. */
export function summarise([program = "", ...words]: readonly string[]): Summary {
  switch (program) {
    case "rg":
    case "rga":
    case "ripgrep-all":
      return ripgrepSummary(words);
    case "grep":
    case "egrep":
    case "fgrep":
      return grepSummary(words);
    case "ag":
    case "ack":
    case "pt":
      return agSummary(words);
    case "git":
      return gitSummary(words);
    case "fd":
      return fdSummary(words);
    case "find":
      return findSummary(words);
    case "head":
    case "tail":
      return endSummary(program, words);
    case "awk":
      return reads(awkFile(words));
    case "nl":
      return nlSummary(words);
    case "sed":
      return reads(sedFile(words));
    default:
      if (isPython(program)) return pythonSummary(words);
      return pagerSummary(program, words) ?? listerSummary(program, words) ?? unknown;
  }
}
