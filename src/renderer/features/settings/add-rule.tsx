import { useState } from "react";
import type { RuleDraft } from "../../../protocol/rule.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";

const decisions = [
  { value: "deny", label: "Deny" },
  { value: "ask", label: "Ask for" },
  { value: "allow", label: "Allow" },
] as const;
const scopes = [
  { value: "project", label: "this project" },
  { value: "always", label: "everywhere" },
] as const;

/** One line to make a rule: deny `git push …` in this project. */
export function AddRule({ root, onAdd }: { readonly root: string; readonly onAdd: (rule: RuleDraft) => void }) {
  const [decision, setDecision] = useState<RuleDraft["decision"]>("deny");
  const [scope, setScope] = useState<"project" | "always">("project");
  const [text, setText] = useState("");
  const words = text.split(/\s+/).filter((word) => word !== "");
  const add = () => {
    if (words.length === 0) return;
    onAdd({ words, exact: false, outside: false, decision, scope: scope === "always" ? { kind: "always" } : { kind: "project", root } });
    setText("");
  };
  return (
    <div className="mt-2 flex items-center gap-2">
      <Select label="What the rule does" value={decision} choices={decisions} onChange={setDecision} />
      <TextField
        aria-label="First words of the commands"
        placeholder="git push"
        value={text}
        spellCheck={false}
        className="font-mono"
        data-testid="new-rule-words"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          // The form around it would be saved.
          event.preventDefault();
          add();
        }}
      />
      <Select label="Where the rule holds" value={scope} choices={scopes} onChange={setScope} />
      <Button disabled={words.length === 0} onClick={add} data-testid="new-rule-add">
        Add
      </Button>
    </div>
  );
}
