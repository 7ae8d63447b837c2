import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Attachment } from "../../../src/protocol/attachment.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import { loadImages } from "../../../src/main/engine/load-images.ts";
import { createReadGrants } from "../../../src/main/engine/read-grants.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

function attached(...items: readonly Pick<Attachment, "path" | "pasted">[]): SpindleEvent {
  const attachments = items.map((item): Attachment => ({ kind: "image", name: path.basename(item.path), size: 3, ...item }));
  return { type: "user_message", conversationId: "c_1", seq: 1, time: 0, turnId: "t1", text: "", attachments, source: "user" };
}

test("a link in the place of an attached file grants nothing and sends nothing, also after a restart", async () => {
  const root = tempFolder();
  const secret = path.join(tempFolder(), "id_rsa");
  writeFileSync(secret, "key");
  const picture = path.join(root, "picture.png");
  writeFileSync(picture, "png");
  const events = [attached({ path: picture })];
  const scopeOf = (readGrants: readonly string[]) => ({ projectRoot: root, readGrants, hidden: [], anywhere: false });
  const before = createReadGrants(events, [])();
  const sent = await loadImages(events, scopeOf(before));

  rmSync(picture);
  symlinkSync(secret, picture);
  const afterwards = createReadGrants(events, [])();
  const still = await loadImages(events, scopeOf(before));
  const anew = await loadImages(events, scopeOf(afterwards));
  expect([before, sent.get(1)?.[0]?.base64, afterwards, still.size, anew.size]).toEqual([
    [picture],
    Buffer.from("png").toString("base64"),
    [],
    0,
    0,
  ]);
});

test("what was pasted is granted where it really lies", () => {
  const data = tempFolder();
  mkdirSync(path.join(data, "real"));
  writeFileSync(path.join(data, "real", "p.png"), "");
  symlinkSync("real", path.join(data, "link"));
  const grants = createReadGrants([attached({ path: path.join(data, "link", "p.png"), pasted: true })], ["/own"])();
  expect(grants).toEqual(["/own", realpathSync(path.join(data, "real", "p.png"))]);
});
