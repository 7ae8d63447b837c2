import { X } from "lucide-react";
import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import { patternText, type Rule } from "../../../protocol/rule.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { setTrusted, useApp } from "../../state/app.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { AddRule } from "./add-rule.tsx";
import { FormRow, FormSection, useFound } from "./form-row.tsx";

/** Whether the open folder is trusted, and the rules about commands that hold in it. What is changed here holds at once. */
export function AccessSection() {
  const project = useApp((state) => state.app?.project ?? null);
  const [rules, setRules] = useState<readonly Rule[] | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    let gone = false;
    call("rules.list", {}).then(
      (list) => {
        if (!gone) setRules(list);
      },
      (error: unknown) => {
        if (!gone) setFailure(asErrorData(error));
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  const showsRules = useFound("rules for commands", ...(rules ?? []).map((rule) => patternText(rule)));
  if (project === null) return null;
  const run = (action: Promise<readonly Rule[]>) => {
    setFailure(null);
    action.then(setRules, (error: unknown) => setFailure(asErrorData(error)));
  };
  return (
    <FormSection title={`Access in ${project.name}`}>
      <FormRow name="Trust" detail={project.trusted ? "Commands and git run here." : "No command and no git runs here."}>
        {(ids) => (
          <Button
            {...ids}
            onClick={() => void setTrusted(!project.trusted).catch((error: unknown) => setFailure(asErrorData(error)))}
            data-testid="settings-trust"
          >
            {project.trusted ? "Stop trusting" : "Trust this folder"}
          </Button>
        )}
      </FormRow>
      {showsRules ? (
        <div data-setting>
          <h4 className="pt-2 text-ui text-fg">Rules for commands</h4>
          <p className="text-small text-fg3">
            The strictest wins. A command that only a shell can read is never allowed by a rule. Changes hold at once.
          </p>
          {failure === null ? null : <ErrorState className="mt-2" code={failure.code} message={failure.message} hint={failure.hint} />}
          {rules === null && failure === null ? <LoadingState label="Reading the rules" /> : null}
          {rules?.length === 0 ? <p className="py-2 text-small text-fg3">None yet. A lasting yes to a question becomes one.</p> : null}
          <ul aria-label="Rules" className="mt-1">
            {(rules ?? []).map((rule) => (
              <li key={rule.id} data-testid="rule" className="flex min-h-8 items-center gap-2 border-b border-line py-1 last:border-b-0">
                <Badge tone={tones[rule.decision]}>{rule.decision}</Badge>
                <code className="selectable min-w-0 flex-1 truncate text-code text-fg" title={patternText(rule)}>
                  {patternText(rule)}
                </code>
                {rule.outside ? (
                  <span className="shrink-0 text-small text-warn" title={rule.folder}>
                    outside the sandbox, in {rule.folder?.split(/[\\/]/).at(-1) ?? "the project"}
                  </span>
                ) : null}
                <span className="shrink-0 text-small text-fg3">{places[rule.scope.kind]}</span>
                <IconButton
                  size="sm"
                  label={`Remove the rule ${patternText(rule)}`}
                  onClick={() => run(call("rules.remove", { ruleId: rule.id }))}
                  data-testid="rule-remove"
                >
                  <X size={13} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
          <AddRule root={project.root} onAdd={(rule) => run(call("rules.add", { rule }))} />
        </div>
      ) : null}
    </FormSection>
  );
}

const tones = { allow: "add", ask: "warn", deny: "del" } as const;
const places = { always: "everywhere", project: "this project", conversation: "one conversation" } as const;
