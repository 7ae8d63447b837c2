import path from "node:path";
import { z } from "zod";
import { type ProviderId, providerIds } from "../../protocol/settings.ts";
import type { Cipher } from "../lib/cipher.ts";
import { openStateFile } from "./state-file.ts";

/** Keys of providers that are not in settings.json: encrypted in `keys.json`, or in memory until the process ends. */
export interface KeyVault {
  /** The keys that can be used now. */
  keys(): ReadonlyMap<ProviderId, string>;
  /** Providers whose key is kept encrypted and was not opened in this process. */
  locked(): ReadonlySet<ProviderId>;
  /** True when the key is kept on disk, encrypted. */
  isStored(id: ProviderId): boolean;
  /** True once `unlock` was given a cipher. */
  canEncrypt(): boolean;
  /** Called when the system's secret can be used, with null where there is none. Resolves with what could not be decrypted. */
  unlock(cipher: Cipher | null): Promise<readonly ProviderId[]>;
  /** Keeps a key: encrypted where that is possible, else in memory only. */
  keep(id: ProviderId, key: string): Promise<void>;
  forget(id: ProviderId): void;
}

const fileSchema = z.partialRecord(z.enum(providerIds), z.strictObject({ encrypted: z.base64() }));

/** Opens the keys of a data folder. Throws `settings_invalid` for a damaged file. */
export function openKeyVault(home: string): KeyVault {
  const file = openStateFile(path.join(home, "keys.json"), fileSchema, {});
  const open = new Map<ProviderId, string>();
  let cipher: Cipher | null = null;
  const stored = () => providerIds.filter((id) => file.read()[id] !== undefined);
  return {
    keys: () => open,
    locked: () => new Set(stored().filter((id) => !open.has(id))),
    isStored: (id) => file.read()[id] !== undefined,
    canEncrypt: () => cipher !== null,
    async unlock(given) {
      cipher = given;
      if (given === null) return stored();
      const failed: ProviderId[] = [];
      for (const id of stored()) {
        const kept = file.read()[id];
        if (kept === undefined) continue;
        try {
          open.set(id, await given.decrypt(Buffer.from(kept.encrypted, "base64")));
        } catch {
          // Another system's secret, or a keyring that was made anew: the person has to give the key again.
          failed.push(id);
        }
      }
      return failed;
    },
    async keep(id, key) {
      const encrypted = cipher === null ? null : Buffer.from(await cipher.encrypt(key)).toString("base64");
      open.set(id, key);
      file.change(({ [id]: _old, ...others }) => (encrypted === null ? others : { ...others, [id]: { encrypted } }));
    },
    forget(id) {
      open.delete(id);
      if (file.read()[id] !== undefined) file.change(({ [id]: _gone, ...others }) => others);
    },
  };
}
