import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { createPastedFiles, type PastedFiles } from "../../../src/main/engine/pasted-files.ts";
import type { Attachment } from "../../../src/protocol/attachment.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
let home: string;
let files: PastedFiles;
beforeEach(() => {
  home = tempFolder();
  mkdirSync(path.join(home, "conversations", "c_1"), { recursive: true });
  files = createPastedFiles({ home, redact: (text) => text.replaceAll("sk-secret", "[removed]") });
});

const attachment = (file: string, more: Partial<Attachment> = {}): Attachment => ({
  kind: "file",
  path: file,
  name: "Pasted",
  size: 1,
  pasted: true,
  ...more,
});

test("a paste is kept for this user only, without secrets, and moves to its conversation when it is sent", async () => {
  const file = await files.save("my key is sk-secret\n", ".txt");
  expect(path.dirname(file)).toBe(path.join(home, "pasted"));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await files.read(file)).toBe("my key is [removed]\n");

  const other = attachment(path.join(home, "other.txt"), {});
  const given = [attachment(file), other];
  const [adopted, untouched] = await files.adopt("c_1", given);
  expect(untouched).toBe(other);
  expect(adopted?.path).toBe(path.join(home, "conversations", "c_1", "pasted", path.basename(file)));
  // Until the prompt was taken the first copy stays: sending may fail.
  expect(existsSync(file)).toBe(true);
  await files.sent(given);
  expect(existsSync(file)).toBe(false);
  expect(await files.read(adopted?.path ?? "")).toBe("my key is [removed]\n");
});

test("only pasted files can be read, and a deleted conversation does not come back", async () => {
  writeFileSync(path.join(home, "settings.json"), "{}");
  await expect(files.read(path.join(home, "settings.json"))).rejects.toMatchObject({ code: "permission_denied" });
  await expect(files.read(path.join(home, "pasted", "..", "settings.json"))).rejects.toMatchObject({ code: "permission_denied" });
  const file = await files.save("x", ".txt");
  const outside = path.join(tempFolder(), "secret.txt");
  writeFileSync(outside, "secret");
  symlinkSync(outside, path.join(home, "pasted", "link.txt"));
  await expect(files.read(path.join(home, "pasted", "link.txt"))).rejects.toMatchObject({ code: "permission_denied" });
  await expect(files.read(path.join(home, "pasted", "gone.txt"))).rejects.toMatchObject({ code: "not_found" });
  await expect(files.adopt("c_gone", [attachment(file)])).rejects.toMatchObject({ code: "not_found" });
  expect(existsSync(path.join(home, "conversations", "c_gone"))).toBe(false);
});

test("what was pasted long ago and never sent goes at the next start", async () => {
  const old = await files.save("old", ".txt");
  const fresh = await files.save("fresh", ".txt");
  const longAgo = new Date(Date.now() - 31 * 86_400_000);
  utimesSync(old, longAgo, longAgo);
  createPastedFiles({ home, redact: (text) => text });
  expect(existsSync(old)).toBe(false);
  expect(readFileSync(fresh, "utf8")).toBe("fresh");
});
