/** What the person wants, as far as rules can tell. */
export type Intent =
  | { readonly kind: "fix"; /** False when the person only asked what is wrong. */ readonly mayChange: boolean }
  | { readonly kind: "run"; readonly cmd: string; readonly background: boolean }
  | { readonly kind: "test" }
  | { readonly kind: "search"; readonly pattern: string; readonly include: string | null }
  | { readonly kind: "replace"; readonly from: string; readonly to: string; readonly file: string }
  | { readonly kind: "create"; readonly file: string; readonly text: string }
  | { readonly kind: "survey"; readonly focus: readonly string[] }
  | { readonly kind: "ask"; readonly question: string; readonly files: readonly string[] }
  /** What the Demo itself did so far. */
  | { readonly kind: "report" }
  | { readonly kind: "other" };

const file = "`?(?<file>[\\w@~./-]*[\\w@-]\\.[\\w-]+|[\\w@~.-]+/[\\w@~./-]+)`?";
const quoted = (name: string): string => `(?:\`(?<${name}1>[^\`]+)\`|"(?<${name}2>[^"]+)"|'(?<${name}3>[^']+)'|(?<${name}4>\\S+))`;

const replaceRule = new RegExp(
  `\\b(?:replace|change|rename)\\s+${quoted("from")}\\s+(?:with|by|to|into)\\s+${quoted("to")}\\s+in\\s+(?:the\\s+file\\s+)?${file}`,
  "i",
);
const createRule = new RegExp(
  `\\b(?:create|add|write|make)\\s+(?:a\\s+|the\\s+)?(?:new\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?${file}\\s+(?:with|containing|that says|saying)\\s+(?:the\\s+(?:text|content|contents|line)s?:?\\s*)?(?<text>[\\s\\S]+)$`,
  "i",
);
const askRule = /^\s*(?:please\s+)?ask\s+(?:an?\s+|the\s+)?(?:expert|other model|model)\b[\s,:]*(?<question>[\s\S]+)$/i;
const fixRule = /\b(?:fix|repair|correct|heal|debug)\b|\bmake\b.*\btests?\b.*\b(?:pass|green|work|succeed)\b|\b(?:green|passing) again\b/i;
const faultRule = /\b(?:bugs?|broken|fail(?:s|ed|ing|ures?)?)\b/i;
const reportRule =
  /(?:\b(?:please|and|also|then|tell\s+me|say|explain|describe|show\s+me|summari[sz]e|list|report)\s+)*(?:\b(?:what|which)\b[^.?!\n]*\b(?:did|have)\s+you\b|\b(?:what|everything|which\s+\w+)\s+you(?:['’]ve|\s+have)?\s+(?:just\s+)?(?:did|done|changed|fixed|found|ran|made)\b|\b(?:summary\s+of\s+)?your\s+(?:work|changes)\b)[^.?!\n]*/i;
const testRule =
  /^\s*(?:please\s+)?(?:run|execute|start|do)\s+(?:the\s+|all\s+|its\s+|our\s+|my\s+)*(?:project'?s?\s+)?(?:unit\s+)?tests?(?:\s+suite)?\s*[.!?]?\s*$/i;
const shellLine = /^\s*\$\s+(?<cmd>\S[^\n]*)$/;
const wholeBackticks = /^\s*`(?<cmd>[^`\n]+)`\s*$/;
const runBackticks = /\b(?:run|execute|exec|start|call|try)\b[^`\n]*`(?<cmd>[^`\n]+)`/i;
const runWords = /^\s*(?:please\s+)?(?:run|execute|exec)\s+(?!(?:the|a|an|all|some|my|our|this|that|it|again)\b)(?<cmd>\S[^\n]*)$/i;
const background = /\s*\b(?:in the background|detached|as a task)\b[.!]?/i;
const searchRule =
  /\b(?:find|search(?:\s+for)?|grep(?:\s+for)?|look\s+for|where\s+(?:is|are|do|does|did)|who\s+(?:uses|calls)|usages?\s+of|uses\s+of|which\s+files?\s+(?:use|uses|contain|contains|mention|mentions|import|imports))\s+(?<what>[\s\S]+)$/i;
const surveyRule =
  /\b(?:list|explain|describe|summari[sz]e|overview|survey|show|what\s+(?:is|are|does|do)|what's|how\s+(?:does|do|is|are)|tell\s+me|document|review)\b/i;

/** Sorts a prompt into one intent. The first rule that fits wins, from the most to the least particular. Pure. */
export function readIntent(prompt: string, attached: readonly string[] = []): Intent {
  const replace = replaceRule.exec(prompt)?.groups;
  if (replace !== undefined) return { kind: "replace", from: pick(replace, "from"), to: pick(replace, "to"), file: replace["file"] ?? "" };
  const create = createRule.exec(prompt)?.groups;
  if (create !== undefined) return { kind: "create", file: create["file"] ?? "", text: unquote(create["text"] ?? "") };
  const ask = askRule.exec(prompt)?.groups?.["question"];
  if (ask !== undefined) return { kind: "ask", question: ask.trim(), files: [...attached, ...pathsIn(ask)] };
  const command = commandIn(prompt);
  if (command !== null) return command;
  // Only when nothing else is asked for: “fix the test and say what you did” is a fix, whose summary says it.
  if (reportRule.test(prompt) && readIntent(prompt.replace(reportRule, " ")).kind === "other") return { kind: "report" };
  if (fixRule.test(prompt)) return { kind: "fix", mayChange: true };
  if (testRule.test(prompt)) return { kind: "test" };
  if (faultRule.test(prompt)) return { kind: "fix", mayChange: false };
  const what = searchRule.exec(prompt)?.groups?.["what"];
  if (what !== undefined) {
    const pattern = searchPattern(what);
    if (pattern !== "") return { kind: "search", pattern, include: /\b(?:in|among)\s+`?(\*\.[\w*.{},-]+)`?/i.exec(what)?.[1] ?? null };
  }
  const focus = [...attached, ...pathsIn(prompt)];
  if (surveyRule.test(prompt) || focus.length > 0) return { kind: "survey", focus };
  return { kind: "other" };
}

function commandIn(prompt: string): Intent | null {
  if (testRule.test(prompt)) return null;
  const found = shellLine.exec(prompt) ?? wholeBackticks.exec(prompt) ?? runBackticks.exec(prompt) ?? runWords.exec(prompt);
  const cmd = found?.groups?.["cmd"];
  if (cmd === undefined) return null;
  return { kind: "run", cmd: cmd.replace(background, "").trim(), background: background.test(prompt) };
}

function pick(groups: Readonly<Record<string, string | undefined>>, name: string): string {
  return groups[`${name}1`] ?? groups[`${name}2`] ?? groups[`${name}3`] ?? groups[`${name}4`] ?? "";
}

/** What to search for: a `/regular expression/`, something quoted, or the words left when filler is gone (taken literally). */
function searchPattern(what: string): string {
  const regex = /^\s*\/(.+)\/\s*\.?$/.exec(what)?.[1];
  if (regex !== undefined) return regex;
  const marked = /`([^`]+)`|"([^"]+)"|'([^']+)'/.exec(what);
  const literal = marked?.[1] ?? marked?.[2] ?? marked?.[3] ?? bareWords(what);
  return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function bareWords(what: string): string {
  return what
    .replace(/\s+\b(?:in|within|inside|across|among)\s+(?:the\s+|this\s+|my\s+|all\s+|our\s+|\*)[\s\S]*$/i, "")
    .replace(
      /^(?:(?:all|every|any|the|a|an|of|where|uses? of|usages? of|occurrences? of|calls? to|definitions? of|function|class|method|type|we|i)\s+)+/i,
      "",
    )
    .replace(/\s+\b(?:is|are|being|get|gets)?\s*(?:used|defined|declared|called|implemented|set|imported)\b[\s\S]*$/i, "")
    .replace(/\s+(?:functions?|class|method|type|variable|usages?|calls?)\s*[.?!]*$/i, "")
    .replace(/[\s.?!,;:]+$/, "")
    .trim();
}

function pathsIn(text: string): string[] {
  return [
    ...text.matchAll(
      /(?:^|[\s`"'(])((?:[\w@~.-]+\/)*[\w@-][\w@.-]*\.(?:[cm]?[jt]sx?|json|md|py|rs|go|java|rb|c|h|cpp|cs|css|html|ya?ml|toml|sh|sql|txt)|(?:[\w@~.-]+\/)+[\w@.-]*)(?=$|[\s`"'),;:?!.])/g,
    ),
  ].map((match) => match[1] ?? "");
}

/** Text of a file as it was meant: without the quotes or fence around it, `\n` as a line break when it is all on one line. */
function unquote(text: string): string {
  const trimmed = text.trim();
  const fence = /^```[^\n]*\n([\s\S]*?)\n?```$/.exec(trimmed)?.[1];
  if (fence !== undefined) return fence;
  const marked = /^(?:`([^`]*)`|"([^"]*)"|'([^']*)')\.?$/.exec(trimmed);
  const inner = marked?.[1] ?? marked?.[2] ?? marked?.[3] ?? trimmed;
  return inner.includes("\n") ? inner : inner.replaceAll("\\n", "\n");
}
