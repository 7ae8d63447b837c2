import type { ProviderInfo } from "../../protocol/ipc.ts";
import { type ProviderId, providerIds, type Settings } from "../../protocol/settings.ts";
import { isLocal } from "../providers/address.ts";
import { knownContextWindow } from "../providers/context-windows.ts";
import { providerLabels } from "../providers/create-provider.ts";
import type { Provider } from "../providers/provider.ts";
import type { KeyVault } from "../settings/key-vault.ts";
import { explainLocked } from "./keyed-settings.ts";

/** All providers as the window shows them, also those that are not set up. */
export function providerInfos(from: {
  readonly provider: (id: ProviderId) => Provider;
  readonly settings: Settings;
  readonly vault: KeyVault;
  readonly env: Readonly<Record<string, string | undefined>>;
}): readonly ProviderInfo[] {
  return providerIds.map((id) => {
    const one = from.provider(id);
    const own = from.settings.providers[id];
    const model = own.model ?? one.defaultModel();
    return {
      id,
      label: providerLabels[id],
      model,
      missing: explainLocked(one.missing(), id, from.vault),
      contextWindow: own.contextWindow ?? knownContextWindow(model),
      isLocal: isLocal(id, own, from.env),
    };
  });
}
