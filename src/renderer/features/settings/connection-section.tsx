import { Check, CircleAlert } from "lucide-react";
import { assertNever } from "../../../protocol/error.ts";
import type { ProviderInfo } from "../../../protocol/ipc.ts";
import type { ProviderId } from "../../../protocol/settings.ts";
import { cx } from "../../ui/cx.ts";
import { TextField } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { effortChoices } from "./choices.ts";
import { FormRow, FormSection } from "./form-row.tsx";
import type { DraftErrors, SettingsDraft } from "./settings-draft.ts";

/** Which model answers and how it is reached. */
export function ConnectionSection({
  draft,
  errors,
  providers,
  changed,
  onChange,
  onProvider,
}: {
  readonly draft: SettingsDraft;
  readonly errors: DraftErrors;
  readonly providers: readonly ProviderInfo[];
  /** The connection was edited: what main knows of it is old. */
  readonly changed: boolean;
  readonly onChange: (change: Partial<SettingsDraft>) => void;
  readonly onProvider: (provider: ProviderId) => void;
}) {
  const chosen = providers.find((provider) => provider.id === draft.provider);
  const remote = draft.provider !== "demo";
  return (
    <FormSection title="Model">
      <FormRow name="Provider">
        {() => (
          <Select
            label="Provider"
            value={draft.provider}
            choices={providers.map(({ id, label, missing }) => ({ value: id, label, ...(missing === null ? {} : { detail: missing }) }))}
            onChange={onProvider}
            testId="settings-provider"
          />
        )}
      </FormRow>
      {chosen === undefined ? null : <Readiness provider={chosen} changed={changed} />}
      {remote ? (
        <>
          <FormRow name="Base URL" detail={urlDetail(draft.provider)} error={errors.baseUrl}>
            {(ids) => (
              <TextField
                {...ids}
                value={draft.baseUrl}
                placeholder={urlExample(draft.provider)}
                spellCheck={false}
                onChange={(event) => onChange({ baseUrl: event.target.value })}
                data-testid="settings-base-url"
              />
            )}
          </FormRow>
          <FormRow
            name="API key"
            detail={`Written as plain text to settings.json in Spindle’s data folder, which only you can read. Leave it empty to use ${keyVariable(draft.provider)} from the environment.`}
            error={errors.apiKey}
          >
            {(ids) => (
              <TextField
                {...ids}
                type="password"
                autoComplete="off"
                spellCheck={false}
                value={draft.apiKey}
                onChange={(event) => onChange({ apiKey: event.target.value })}
                data-testid="settings-api-key"
              />
            )}
          </FormRow>
          <FormRow name="Model" detail="Empty: the provider’s default." error={errors.model}>
            {(ids) => (
              <TextField
                {...ids}
                value={draft.model}
                {...(chosen === undefined ? {} : { placeholder: chosen.model })}
                spellCheck={false}
                onChange={(event) => onChange({ model: event.target.value })}
                data-testid="settings-model"
              />
            )}
          </FormRow>
          <FormRow name="Reasoning effort" error={errors.effort}>
            {() => (
              <Select label="Reasoning effort" value={draft.effort} choices={effortChoices} onChange={(effort) => onChange({ effort })} />
            )}
          </FormRow>
        </>
      ) : (
        <p className="pb-1 text-small text-fg3">
          Demo is a small rule-based model inside Spindle. It needs no key and no network, and shows how scripts, patches and tasks work.
        </p>
      )}
    </FormSection>
  );
}

function Readiness({ provider, changed }: { readonly provider: ProviderInfo; readonly changed: boolean }) {
  if (changed) return <p className="pb-1 text-small text-fg3">Checked when you save.</p>;
  const ready = provider.missing === null;
  return (
    <p
      data-testid="provider-readiness"
      data-ready={ready}
      className={cx("flex items-center gap-1.5 pb-1 text-small", ready ? "text-add" : "text-warn")}
    >
      {ready ? <Check size={13} aria-hidden /> : <CircleAlert size={13} aria-hidden />}
      {provider.missing ?? `${provider.label} is ready.`}
    </p>
  );
}

function urlDetail(provider: ProviderId): string {
  return provider === "openai-compatible"
    ? "Of the server that speaks chat completions: Ollama, LM Studio, llama.cpp, vLLM and others."
    : "Empty: the provider’s own address.";
}

function urlExample(provider: ProviderId): string {
  switch (provider) {
    case "demo":
      return "";
    case "openai-responses":
      return "https://api.openai.com/v1";
    case "openai-compatible":
      return "http://127.0.0.1:11434/v1";
    case "anthropic":
      return "https://api.anthropic.com";
    default:
      return assertNever(provider);
  }
}

function keyVariable(provider: ProviderId): string {
  return provider === "anthropic" ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
}
