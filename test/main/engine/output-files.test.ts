import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createOutputFiles } from "../../../src/main/engine/output-files.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { of, resultsOf, saidIn, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const tempFolder = useTempFolders();
const secret = "sk-test-0123456789-abcdefghij";
/** A script whose result does not fit, with a key in the part that is cut. */
const long = `return "begin " + "a".repeat(40_000) + " ${secret} " + "b".repeat(40_000) + " end";`;
const fileIn = (text: string | undefined): string => /is in (\S+);/.exec(text ?? "")?.[1] ?? "no file";

test("what a model does not see of a script stands in a private file it may read; it goes with its conversation", async () => {
  const house = lab();
  let file = "";
  const provider = createScriptedProvider([
    callsScript(long, "w1"),
    (request) => {
      file = fileIn(resultsOf(request)[0]?.text);
      return [
        ...callsTool("grepFiles", { pattern: "redacted", path: file }, "w2"),
        ...callsScript(`return (await tools.readFile({ path: ${JSON.stringify(file)} })).text.length;`, "w3"),
      ];
    },
    says("Read."),
    () => callsTool("readFile", { path: file }, "w4"),
    says("Not mine."),
  ]);
  const engine = await house.open({ provider, settings: { sandbox: "workspace-write" } });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  const [first, found, length] = resultsOf(provider.requests[2]).map(({ text }) => text);
  const whole = readFileSync(file, "utf8");
  expect({
    place: path.relative(house.home, file),
    mode: [statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777],
    shown: first !== undefined && first.length <= 40_000 && first.includes("begin aaa") && first.includes("bbb end"),
    whole: whole.startsWith("Script completed") && whole.endsWith("bbb end") && whole.length > 80_000,
    secret: whole.includes(secret),
    found: found?.includes(file),
    length: length?.endsWith(`Result:\n${whole.length}`),
  }).toEqual({
    place: path.join("conversations", conversation.id, "output", "c1.txt"),
    mode: [0o600, 0o700],
    shown: true,
    whole: true,
    secret: false,
    found: true,
    length: true,
  });

  const other = engine.conversations.create(house.project);
  await other.send("Read it too", []).done;
  expect(resultsOf(provider.requests.at(-1))[0]?.text).toContain("outside_project");
  await engine.deleteConversation(conversation.id);
  expect({ file: existsSync(file), rows: engine.rows(house.project).map((row) => row.id) }).toEqual({ file: false, rows: [other.id] });
});

test("a spawned script's result is cut the same way, and a later turn of another start still reads the file", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "script", title: "long", code: long, notify: "next_turn" }, "w1"),
    says("Started."),
    (request) => callsTool("readFile", { path: fileIn(saidIn(request).find((text) => text.startsWith("<task-result"))) }, "w2"),
    says("Read."),
  ]);
  const options = { provider, settings: { sandbox: "workspace-write" } } as const;
  const first = await house.open(options);
  const { id } = first.conversations.create(house.project);
  await first.conversations.open(id).send("Go", []).done;
  await first.tasks.idle();
  await first.close();
  const second = await house.open(options);
  const conversation = second.conversations.open(id);
  await conversation.send("And?", []).done;
  expect({
    delivered: of(conversation.events, "task_delivered").map(({ text }) => [text.includes("begin aaa"), path.basename(fileIn(text))]),
    read: resultsOf(provider.requests.at(-1)).at(-1)?.text.slice(0, 20),
  }).toEqual({ delivered: [[true, "c1.txt"]], read: "L1: Script completed" });
});

test("where no file can be made the text says so and the script has its result", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    () => {
      writeFileSync(path.join(house.home, "conversations", conversation.id, "output"), "in the way");
      return callsScript(long, "w1");
    },
    says("Well."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  expect(resultsOf(provider.requests[1])[0]).toMatchObject({ ok: true, text: expect.stringMatching(/could not be kept in a file: \w+/) });
});

test("a folder without a log is no conversation; a deleted conversation does not come back; a linked data folder is its real place", async () => {
  const house = lab();
  const engine = await house.open();
  const conversation = engine.conversations.create(house.project);
  await engine.deleteConversation(conversation.id);
  const files = createOutputFiles({ conversations: path.join(house.home, "conversations"), redact: (text) => text });
  await expect(files.save(conversation.id, "c1", "text")).rejects.toMatchObject({ code: "io_error" });
  await expect(files.save(conversation.id, "../c1", "text")).rejects.toMatchObject({ code: "io_error" });
  expect(existsSync(path.join(house.home, "conversations", conversation.id))).toBe(false);
  mkdirSync(path.join(house.home, "conversations", "c_left", "output"), { recursive: true });
  expect([engine.rows(house.project), engine.conversations.exists("c_left")]).toEqual([[], false]);
  const link = path.join(tempFolder(), "link");
  symlinkSync(house.home, link);
  expect(createOutputFiles({ conversations: path.join(link, "conversations"), redact: (text) => text }).folder("c_1")).toBe(
    files.folder("c_1"),
  );
});
