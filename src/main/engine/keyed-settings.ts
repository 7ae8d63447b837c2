import type { KeyInfo } from "../../protocol/ipc.ts";
import { keptKey, type ProviderId, providerIds, type ProviderSettings, type Settings } from "../../protocol/settings.ts";
import type { KeyVault } from "../settings/key-vault.ts";
import type { SettingsFile } from "../settings/settings.ts";
import { mapProviders, settingsForWindow } from "../settings/window-settings.ts";

/** The settings of the file with the keys that are kept elsewhere. */
export interface KeyedSettings {
  /** With keys: what providers get. A key in the file counts before one in the vault: the person wrote it there. */
  get(): Settings;
  /** Without keys, for a window. */
  forWindow(): Settings;
  /**
   * Saves settings that a window sent. A key that is new is encrypted with the system's secret; where there is none it is kept
   * in memory, or in the file when the person agreed to that (`plainKeys`). Throws `settings_invalid`.
   */
  update(sent: Settings, plainKeys: boolean): Promise<Settings>;
  /** Where keys are. */
  keyInfo(): KeyInfo;
}

/** Joins the file and the vault. */
export function createKeyedSettings(file: SettingsFile, vault: KeyVault): KeyedSettings {
  const withKeys = (settings: Settings): Settings =>
    mapProviders(settings, (own, id) => {
      const key = vault.keys().get(id);
      return own.apiKey !== undefined || key === undefined ? own : { ...own, apiKey: key };
    });
  const get = (): Settings => withKeys(file.get());
  return {
    get,
    forWindow: () => settingsForWindow(get()),
    async update(sent, plainKeys) {
      const stored = file.get();
      const kept: Partial<Record<ProviderId, string>> = {};
      const vaulted: (() => Promise<void> | void)[] = [];
      for (const id of providerIds) {
        const key = sent.providers[id].apiKey;
        const inFile = stored.providers[id].apiKey;
        if (key === keptKey) {
          if (inFile !== undefined) kept[id] = inFile;
        } else if (key === undefined) {
          // A window does not see one that could not be opened: saying nothing of it does not mean to remove it.
          if (!vault.locked().has(id)) vaulted.push(() => vault.forget(id));
        } else if (plainKeys && !vault.canEncrypt()) {
          vaulted.push(() => vault.forget(id));
          kept[id] = key;
        } else vaulted.push(() => vault.keep(id, key));
      }
      // First what may be refused.
      file.update(mapProviders(sent, (own, id) => withKey(own, kept[id])));
      for (const action of vaulted) await action();
      return settingsForWindow(get());
    },
    keyInfo: () => ({
      canEncrypt: vault.canEncrypt(),
      places: Object.fromEntries(
        providerIds.map((id) => {
          if (file.get().providers[id].apiKey !== undefined) return [id, "file"];
          if (vault.locked().has(id)) return [id, "locked"];
          return [id, vault.keys().has(id) ? (vault.isStored(id) ? "keyring" : "memory") : null];
        }),
      ) as KeyInfo["places"],
    }),
  };
}

function withKey({ apiKey: _sent, ...own }: ProviderSettings, key: string | undefined): ProviderSettings {
  return key === undefined ? own : { ...own, apiKey: key };
}

/** Why a provider cannot be used, with the reason that only the vault knows. */
export function explainLocked(missing: string | null, id: ProviderId, vault: KeyVault): string | null {
  if (missing === null || !vault.locked().has(id)) return missing;
  return `${missing} A key is kept encrypted by this system's keyring; only Spindle's window can open it.`;
}
