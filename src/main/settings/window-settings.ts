import { keptKey, type ProviderId, type ProviderSettings, type Settings } from "../../protocol/settings.ts";

/** Settings as a window may see them: stored keys are replaced by `keptKey`. */
export function settingsForWindow(settings: Settings): Settings {
  return mapProviders(settings, (own) => (own.apiKey === undefined ? own : { ...own, apiKey: keptKey }));
}

/** Settings with something else said of each provider. */
export function mapProviders(settings: Settings, change: (own: ProviderSettings, id: ProviderId) => ProviderSettings): Settings {
  const { demo, "openai-responses": responses, "openai-compatible": compatible, anthropic } = settings.providers;
  return {
    ...settings,
    providers: {
      demo: change(demo, "demo"),
      "openai-responses": change(responses, "openai-responses"),
      "openai-compatible": change(compatible, "openai-compatible"),
      anthropic: change(anthropic, "anthropic"),
    },
  };
}
