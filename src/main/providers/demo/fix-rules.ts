import type { Edit } from "./make-patch.ts";

/** A known kind of mistake: how it looks in a file, what must be known before it counts as one, and its repair. */
export interface FixRule {
  readonly id: string;
  /** What was wrong, as the end of a sentence that names the file. */
  readonly title: string;
  /** Must occur in what the tests and documents say; a pattern alone proves nothing. */
  readonly evidence: RegExp;
  /** The edits for one file, empty when the mistake is not in it. Pure. */
  find(text: string): Edit[];
}

/** A rule that found something, in one file. */
export interface Finding {
  readonly rule: FixRule;
  readonly path: string;
  readonly edits: readonly Edit[];
}

/** A rule for mistakes that show in one line. */
function lineRule(rule: { id: string; title: string; evidence: RegExp; repair(line: string): string }): FixRule {
  return {
    id: rule.id,
    title: rule.title,
    evidence: rule.evidence,
    find: (text) =>
      text.split("\n").flatMap((line, index) => {
        if (/^\s*(?:\/\/|\/?\*|#)/.test(line)) return [];
        const repaired = rule.repair(line);
        return repaired === line ? [] : [{ line: index + 1, remove: [line], insert: [repaired] }];
      }),
  };
}

/** The mistakes the Demo knows. Each one is general: it names no project, file or test. */
const fixRules: readonly FixRule[] = [
  lineRule({
    id: "round-to-nearest",
    title: "cuts a quotient down although it has to be rounded to the nearest",
    evidence: /\bnearest\b|\bhal(?:f|ves)\b[^\n]{0,20}\bup\b|\bround(?:ed|s)?\b/i,
    repair: (line) =>
      /Math\.(?:floor|trunc)\([^\n]*\/[^\n]*\)/.test(line) ? line.replace(/Math\.(?:floor|trunc)\(/, "Math.round(") : line,
  }),
  {
    id: "same-unit-of-operands",
    title: "combines two values but looks at the unit of the first one only",
    evidence: /\b(?:one|same|mix(?:ed|ing)?|different)\s+(?:currenc|unit)\w*|\/(?:currency|unit)\/i?/i,
    find: missingUnitCheck,
  },
  lineRule({
    id: "index-past-the-end",
    title: "runs an index one past the end of a list",
    evidence: /\bundefined\b|\bNaN\b|out of (?:range|bounds)/i,
    repair: (line) => line.replace(/(\bfor\s*\(\s*(?:let|var)\s+(\w+)\s*=\s*0\s*;\s*\2\s*)<=(\s*[\w.]+\.length\s*;)/, "$1<$3"),
  }),
  lineRule({
    id: "assignment-in-condition",
    title: "assigns inside a condition instead of comparing",
    evidence: /expected|assert|equal/i,
    repair: (line) => line.replace(/(\bif\s*\(\s*[\w.]+\s*)=(\s*(?:[\w."'`-]+)\s*\)\s*)/, "$1===$2"),
  }),
  lineRule({
    id: "numbers-sorted-as-text",
    title: "sorts numbers as if they were text",
    evidence: /\bsort(?:s|ed|ing)?\b[\s\S]*\b(?:number|numeric|ascending|smallest|largest|median)/i,
    repair: (line) => line.replace(/\.(sort|toSorted)\(\s*\)/, ".$1((a, b) => a - b)"),
  }),
];

/** Every rule that has its evidence and finds its mistake in a source file. Tests are evidence, never changed. */
export function findMistakes(
  sources: readonly { readonly path: string; readonly text: string }[],
  evidence: string,
  rules: readonly FixRule[] = fixRules,
): Finding[] {
  const supported = rules.filter((rule) => rule.evidence.test(evidence));
  return sources.flatMap(({ path, text }) => {
    if (isTest(path)) return [];
    return supported.flatMap((rule) => {
      const edits = rule.find(text);
      return edits.length === 0 ? [] : [{ rule, path, edits }];
    });
  });
}

/** True for the usual names of test files. */
export function isTest(path: string): boolean {
  return /(?:^|\/)(?:tests?|__tests__|spec)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)test_[^/]*$/.test(path);
}

/**
 * Finds `function f(a: T, b: T) {` whose body uses a field of both, passes `a.unit` or `a.currency` on and never looks
 * at the one of `b`; the repair refuses two different ones before anything is computed.
 */
function missingUnitCheck(text: string): Edit[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const head = /^(\s*)(?:export\s+)?(?:async\s+)?function\s+\w+\(\s*(\w+)\s*:\s*(\w+)\s*,\s*(\w+)\s*:\s*\3\s*\)[^{]*\{\s*$/.exec(line);
    const [, indent, a, , b] = head ?? [];
    if (indent === undefined || a === undefined || b === undefined) return [];
    const length = lines.slice(index + 1).findIndex((next) => next === `${indent}}`);
    const body = lines.slice(index + 1, index + 1 + Math.max(0, length)).join("\n");
    const unit = new RegExp(`\\b${a}\\.(currency|unit)\\b`).exec(body)?.[1];
    const uses = (name: string): boolean => new RegExp(`\\b${name}\\.\\w+`).test(body);
    if (unit === undefined || !uses(b) || body.includes(`${b}.${unit}`)) return [];
    const step = /^(\s+)\S/.exec(lines[index + 1] ?? "")?.[1] ?? `${indent}  `;
    const check = `${step}if (${a}.${unit} !== ${b}.${unit}) throw new RangeError(\`Mixed ${unit}: \${${a}.${unit}} and \${${b}.${unit}}\`);`;
    return [{ line: index + 2, remove: [], insert: [check] }];
  });
}
