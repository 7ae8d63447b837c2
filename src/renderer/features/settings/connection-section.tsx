import { Check, CircleAlert } from "lucide-react";
import { assertNever } from "../../../protocol/error.ts";
import type { KeyInfo, ProviderInfo } from "../../../protocol/ipc.ts";
import { keptKey, type ProviderId } from "../../../protocol/settings.ts";
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
  keys,
  plainKeys,
  onPlainKeys,
}: {
  readonly draft: SettingsDraft;
  readonly errors: DraftErrors;
  readonly providers: readonly ProviderInfo[];
  /** The connection was edited: what main knows of it is old. */
  readonly changed: boolean;
  readonly onChange: (change: Partial<SettingsDraft>) => void;
  readonly onProvider: (provider: ProviderId) => void;
  readonly keys: KeyInfo;
  /** The person agrees that the key is written to a file as it is. */
  readonly plainKeys: boolean;
  readonly onPlainKeys: (agreed: boolean) => void;
}) {
  const chosen = providers.find((provider) => provider.id === draft.provider);
  const remote = draft.provider !== "demo";
  const known = draft.model.trim() === "" || draft.model.trim() === chosen?.model ? (chosen?.contextWindow ?? null) : null;
  const knownWindow = known === null ? "not set" : known.toLocaleString("en-US");
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
            detail={`${keyPlace(keys, draft.provider)} Empty: ${keyVariable(draft.provider)} from the environment.`}
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
          {keys.canEncrypt || draft.apiKey === "" || draft.apiKey === keptKey ? null : (
            <label className="mb-1 flex items-start gap-2 rounded-sm bg-warn-soft px-2.5 py-2 text-small text-fg">
              <input
                type="checkbox"
                className="mt-0.5 accent-[var(--accent)]"
                checked={plainKeys}
                onChange={(event) => onPlainKeys(event.target.checked)}
                data-testid="settings-plain-keys"
              />
              <span>
                Keep the key unencrypted in settings.json, which only you can read. This system has no keyring; without this the key is
                forgotten when Spindle ends.
              </span>
            </label>
          )}
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
          <FormRow
            name="Context window"
            detail="Tokens the model takes: the ring beside the model shows how full it is. Empty: what is known of the model."
            error={errors.contextWindow}
          >
            {(ids) => (
              <TextField
                {...ids}
                inputMode="numeric"
                value={draft.contextWindow}
                placeholder={knownWindow}
                onChange={(event) => onChange({ contextWindow: event.target.value })}
                data-testid="settings-context-window"
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

/** Where the key is that is in use, or where a new one goes. */
function keyPlace(keys: KeyInfo, provider: ProviderId): string {
  switch (keys.places[provider]) {
    case "file":
      return "Kept unencrypted in settings.json, which only you can read.";
    case "keyring":
      return "Kept encrypted by this system’s keyring.";
    case "memory":
      return "Kept until Spindle ends.";
    case "locked":
      return "A kept key could not be decrypted; give it again.";
    case null:
      return keys.canEncrypt ? "It is kept encrypted by this system’s keyring." : "This system has no keyring to encrypt it.";
    default:
      return assertNever(keys.places[provider]);
  }
}

function keyVariable(provider: ProviderId): string {
  return provider === "anthropic" ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
}
