import type { ProviderId, ProviderSettings } from "../../protocol/settings.ts";
import { createProvider } from "../providers/create-provider.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * One provider per id as long as its settings stay the same: a provider learns what its server refuses, and must not
 * learn it anew with every turn. `options.provider` (tests) stands in for all of them.
 */
export function createProviderShelf(
  settingsOf: (id: ProviderId) => ProviderSettings,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly provider?: Provider },
): (id: ProviderId) => Provider {
  const made = new Map<ProviderId, { readonly settings: string; readonly provider: Provider }>();
  return (id) => {
    if (options.provider !== undefined) return options.provider;
    const own = settingsOf(id);
    const settings = JSON.stringify(own);
    const known = made.get(id);
    if (known?.settings === settings) return known.provider;
    const provider = createProvider(id, own, options.env);
    made.set(id, { settings, provider });
    return provider;
  };
}
