import { safeStorage } from "electron";
import type { Cipher } from "../lib/cipher.ts";

/** Electron before 37 has only the synchronous functions, after 45 only the others. */
type AnyStorage = Partial<Electron.SafeStorage>;

/**
 * The system's secret (Keychain, DPAPI, libsecret, kwallet) as a cipher, or null where there is none. On Linux without a keyring
 * Electron would "encrypt" with a password that stands in its source (backend `basic_text`): that is none. After `ready`.
 */
export async function systemCipher(): Promise<Cipher | null> {
  const storage: AnyStorage = safeStorage;
  const backend = process.platform === "linux" ? storage.getSelectedStorageBackend?.() : "native";
  if (backend === "basic_text" || backend === "unknown") return null;
  if (storage.encryptStringAsync !== undefined && storage.decryptStringAsync !== undefined) {
    if ((await storage.isAsyncEncryptionAvailable?.()) !== true) return null;
    return {
      encrypt: async (text) => safeStorage.encryptStringAsync(text),
      decrypt: async (bytes) => (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result,
    };
  }
  if (storage.isEncryptionAvailable?.() !== true) return null;
  return {
    encrypt: (text) => Promise.resolve(safeStorage.encryptString(text)),
    decrypt: (bytes) => Promise.resolve(safeStorage.decryptString(Buffer.from(bytes))),
  };
}
