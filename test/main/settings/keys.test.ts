import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createKeyedSettings, explainLocked } from "../../../src/main/engine/keyed-settings.ts";
import type { Cipher } from "../../../src/main/lib/cipher.ts";
import { openKeyVault } from "../../../src/main/settings/key-vault.ts";
import { openSettings } from "../../../src/main/settings/settings.ts";
import { keptKey, type Settings } from "../../../src/protocol/settings.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const id = "openai-responses";

/** A real cipher with a secret of its own, as a keyring would give. */
function cipher(secret = randomBytes(32)): Cipher {
  return {
    encrypt(text) {
      const iv = randomBytes(12);
      const made = createCipheriv("aes-256-gcm", secret, iv);
      const body = Buffer.concat([made.update(text, "utf8"), made.final()]);
      return Promise.resolve(Buffer.concat([iv, made.getAuthTag(), body]));
    },
    async decrypt(bytes) {
      const made = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, 12));
      made.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([made.update(bytes.subarray(28)), made.final()]).toString("utf8");
    },
  };
}
async function open(home: string, given: Cipher | null) {
  const vault = openKeyVault(home);
  const unread = await vault.unlock(given);
  return { vault, unread, keyed: createKeyedSettings(openSettings(home), vault) };
}
function withKey(settings: Settings, apiKey: string | undefined): Settings {
  const { apiKey: _old, ...own } = settings.providers[id];
  return { ...settings, providers: { ...settings.providers, [id]: apiKey === undefined ? own : { ...own, apiKey } } };
}
/** Everything in the data folder as text. */
function onDisk(home: string): string {
  return ["settings.json", "keys.json"]
    .map((name) => path.join(home, name))
    .map((file) => (existsSync(file) ? readFileSync(file, "utf8") : ""))
    .join("\n");
}

describe("keys of providers", () => {
  it("a window never sees one, and sending the settings back keeps it, wherever it is", async () => {
    const home = tempFolder();
    writeFileSync(path.join(home, "settings.json"), JSON.stringify({ providers: { [id]: { apiKey: "from-the-file" } } }));
    const { keyed } = await open(home, null);
    const shown = keyed.forWindow();
    expect(JSON.stringify(shown)).not.toContain("from-the-file");
    expect(shown.providers[id].apiKey).toBe(keptKey);
    await keyed.update({ ...shown, theme: "dark" }, false);
    expect([keyed.get().providers[id].apiKey, keyed.get().theme, keyed.keyInfo().places[id]]).toEqual(["from-the-file", "dark", "file"]);
  });

  it("with a keyring a new key is encrypted, usable after a restart, and nowhere as it is", async () => {
    const home = tempFolder();
    const ring = cipher();
    const first = await open(home, ring);
    await first.keyed.update(withKey(first.keyed.forWindow(), "brand-new-key-1"), true);
    const again = await open(home, ring);
    expect({
      disk: onDisk(home).includes("brand-new-key-1"),
      key: again.keyed.get().providers[id].apiKey,
      place: again.keyed.keyInfo(),
      mode: statSync(path.join(home, "keys.json")).mode & 0o777,
    }).toMatchObject({ disk: false, key: "brand-new-key-1", place: { canEncrypt: true, places: { [id]: "keyring" } }, mode: 0o600 });
    await again.keyed.update(withKey(again.keyed.forWindow(), undefined), false);
    const last = await open(home, ring);
    expect([last.keyed.get().providers[id].apiKey, last.keyed.keyInfo().places[id]]).toEqual([undefined, null]);
  });

  it("without one it is kept in memory only, or in the file when the person agrees", async () => {
    const home = tempFolder();
    const { keyed } = await open(home, null);
    await keyed.update(withKey(keyed.forWindow(), "only-in-memory"), false);
    const memory = {
      key: keyed.get().providers[id].apiKey,
      disk: onDisk(home).includes("only-in-memory"),
      place: keyed.keyInfo().places[id],
    };
    await keyed.update(withKey(keyed.forWindow(), "agreed-to-file"), true);
    const again = await open(home, null);
    expect({ memory, key: again.keyed.get().providers[id].apiKey, place: again.keyed.keyInfo().places[id] }).toEqual({
      memory: { key: "only-in-memory", disk: false, place: "memory" },
      key: "agreed-to-file",
      place: "file",
    });
  });

  it("one that cannot be decrypted is told, and neither lost nor used", async () => {
    const home = tempFolder();
    const first = await open(home, cipher());
    await first.keyed.update(withKey(first.keyed.forWindow(), "of-another-ring"), false);
    const other = await open(home, cipher());
    const none = await open(home, null);
    await none.keyed.update({ ...none.keyed.forWindow(), theme: "dark" }, false);
    expect({
      other: [other.unread, other.keyed.get().providers[id].apiKey, other.keyed.keyInfo().places[id]],
      none: [none.unread, explainLocked("No API key.", id, none.vault)],
      ready: explainLocked(null, id, none.vault),
    }).toEqual({
      other: [[id], undefined, "locked"],
      none: [[id], "No API key. A key is kept encrypted by this system's keyring; only Spindle's window can open it."],
      ready: null,
    });
  });

  it("settings that are refused change no key", async () => {
    const home = tempFolder();
    const { keyed } = await open(home, cipher());
    await keyed.update(withKey(keyed.forWindow(), "the-first-key-1"), false);
    await expect(keyed.update({ ...withKey(keyed.forWindow(), "the-second-key"), maxRunningTasks: 0 }, false)).rejects.toMatchObject({
      code: "settings_invalid",
    });
    expect(keyed.get().providers[id].apiKey).toBe("the-first-key-1");
  });
});
