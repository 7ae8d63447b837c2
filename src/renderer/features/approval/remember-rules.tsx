import { useState } from "react";
import type { RulePattern } from "../../../protocol/rule.ts";
import { patternText } from "../../../protocol/rule.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { wordsOf } from "./rule-words.ts";

type Scope = "conversation" | "project" | "always";

const scopes: readonly { readonly value: Scope; readonly label: string; readonly detail: string }[] = [
  { value: "conversation", label: "In this conversation", detail: "Until it is deleted" },
  { value: "project", label: "In this project", detail: "In all its conversations" },
  { value: "always", label: "Everywhere", detail: "In every project" },
];
const kinds = [
  { value: "prefix", label: "begins with" },
  { value: "exact", label: "is exactly" },
] as const;

interface Draft {
  readonly text: string;
  readonly exact: boolean;
}

/** A lasting yes: which commands from now on, and where. One line for each command of what was asked. */
export function RememberRules({
  proposal,
  outside,
  busy,
  onAllow,
}: {
  readonly proposal: readonly RulePattern[];
  /** Outside the sandbox only exact commands can be allowed. */
  readonly outside: boolean;
  readonly busy: boolean;
  readonly onAllow: (scope: Scope, rules: RulePattern[]) => void;
}) {
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    proposal.map(({ words, exact }) => ({ text: patternText({ words, exact: true }), exact })),
  );
  const [scope, setScope] = useState<Scope>("project");
  const change = (index: number, part: Partial<Draft>) =>
    setDrafts((before) => before.map((draft, at) => (at === index ? { ...draft, ...part } : draft)));
  const rules = drafts.flatMap(({ text, exact }) => {
    const words = wordsOf(text);
    return words === null ? [] : [{ words: [...words], exact }];
  });
  const ready = !busy && rules.length === drafts.length;
  return (
    <div data-testid="remember-rules" className="mt-2 rounded-sm border border-line bg-inset px-2.5 py-2">
      <p className="text-small text-fg2">
        {outside
          ? "Allow outside the sandbox in this folder, without asking again, a command that:"
          : "Allow in the sandbox, without asking again, a command that:"}
      </p>
      {drafts.map((draft, index) => (
        // Lines neither come nor go.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="mt-1.5 flex items-center gap-2">
          {outside ? (
            <span className="w-28 shrink-0 text-small text-fg2">is exactly</span>
          ) : (
            <Select
              label="How the command is compared"
              value={draft.exact ? "exact" : "prefix"}
              choices={kinds}
              onChange={(kind) => change(index, { exact: kind === "exact" })}
            />
          )}
          <TextField
            aria-label="Words of the command"
            aria-invalid={wordsOf(draft.text) === null}
            value={draft.text}
            spellCheck={false}
            className="font-mono"
            data-testid="rule-words"
            onChange={(event) => change(index, { text: event.target.value })}
            onKeyDown={(event) => {
              // Nothing is sent from here by Enter, and what the keys mean elsewhere is not meant.
              if (event.key === "Enter") event.preventDefault();
            }}
          />
        </div>
      ))}
      <div className="mt-2 flex items-center justify-end gap-2">
        <span className="mr-auto text-small text-fg3">Rules are listed in the settings, where they can be removed.</span>
        <Select label="Where it is allowed" value={scope} choices={scopes} onChange={setScope} testId="rule-scope" />
        <Button disabled={!ready} onClick={() => onAllow(scope, rules)} data-testid="rule-allow">
          Allow
        </Button>
      </div>
    </div>
  );
}
