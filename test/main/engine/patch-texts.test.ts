import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { callsScript, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("200 small patches of a 400 KB file make a log of less than 5 MB; the review gets the texts by their names", async () => {
  const spindle = lab();
  const lines = Array.from({ length: 10_000 }, (_, i) => `const value${String(i).padStart(6, "0")} = "some text here";`);
  const before = `${lines.join("\n")}\n`;
  spindle.write({ "large.ts": before, secret: "not in any patch\n" });
  const script = `for (let i = 0; i < 200; i++) {
  const name = "const value" + String(i * 40).padStart(6, "0");
  await tools.applyPatch({ patch: ["*** Begin Patch", "*** Update File: large.ts", "@@", "-" + name + ' = "some text here";', "+" + name + " = " + i + ";", "*** End Patch"].join("\\n") });
}`;
  const engine = await spindle.open({ provider: createScriptedProvider([callsScript(script), says("done")]) });
  const conversation = engine.conversations.create(spindle.project);
  await conversation.send("Go", []).done;
  const patches = of(conversation.events, "patch_applied");
  expect(patches).toHaveLength(200);
  // 166 MB when the texts were in it.
  expect(statSync(path.join(spindle.home, "conversations", conversation.id, "log.jsonl")).size).toBeLessThan(5_000_000);

  const after = lines.map((line, i) => (i % 40 === 0 && i < 8_000 ? `const value${String(i).padStart(6, "0")} = ${i / 40};` : line));
  const names = [patches[0]?.files[0]?.before, patches.at(-1)?.files[0]?.after].map(
    (text) => (typeof text === "object" ? text?.hash : undefined) ?? "",
  );
  const other = engine.conversations.create(spindle.project);
  expect([
    await engine.patchTexts(conversation.id, names),
    await engine.patchTexts(conversation.id, [hashOf("not in any patch\n")]),
    await engine.patchTexts(other.id, names),
  ]).toEqual([[before, `${after.join("\n")}\n`], [null], [null, null]]);
});
