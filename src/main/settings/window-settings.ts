import { keptKey, type ProviderId, type ProviderSettings, type Settings } from "../../protocol/settings.ts";

/** Settings as a window may see them: stored keys are replaced by `keptKey`. */
export function settingsForWindow(settings: Settings): Settings {
  return mapProviders(settings, (own) => (own.apiKey === undefined ? own : { ...own, apiKey: keptKey }));
}

/** Settings as a window sent them, with the stored keys put back where it kept them. */
export function settingsFromWindow(sent: Settings, stored: Settings): Settings {
  return mapProviders(sent, (own, id) => {
    if (own.apiKey !== keptKey) return own;
    const { apiKey: _kept, ...rest } = own;
    const { apiKey } = stored.providers[id];
    return apiKey === undefined ? rest : { ...rest, apiKey };
  });
}

function mapProviders(settings: Settings, change: (own: ProviderSettings, id: ProviderId) => ProviderSettings): Settings {
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
