import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createScriptTool } from "../../../src/main/tools/script/tool.ts";
import { scriptOptions } from "../../../src/main/tools/script/options.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { event, logOf } from "../../support/events.ts";
import { useEngines } from "./engine-lab.ts";

const lab = useEngines();
const root = path.join(import.meta.dirname, "../../..");
const files = ["docs/harness.md", "resources/prompts/system.md"] as const;

/** Every `ts` block of a page, with the line it begins at. */
function examples(file: string): { readonly name: string; readonly code: string }[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((block) => ({
    name: `${file}:${text.slice(0, block.index).split("\n").length + 1}`,
    code: block[1] ?? "",
  }));
}

/** What the examples speak of: an application with tests, commands, something to find, an attachment. */
const project = {
  "package.json": JSON.stringify({ name: "sample", private: true, scripts: { build: "echo built", test: "echo tested" } }),
  "src/app.ts": "// TODO: name it\nexport const app = 1;\nchargeCard(app);\n",
  "src/app.test.ts": 'describe("app", () => {});\n',
};

/** Runs an example in a project of its own, as `spindle run` would, with two attachments of which one is gone. */
async function runExample(code: string) {
  const house = lab();
  house.write(project);
  const engine = await house.open();
  const attachments = ["src/app.ts", "gone.ts"].map((name) => ({
    kind: "file" as const,
    name,
    path: path.join(house.project, name),
    size: 1,
  }));
  const outcome = await engine.call(
    { callId: "c1", name: "script", input: { code } },
    {
      conversationId: "c_docs",
      turnId: "t1",
      projectRoot: house.project,
      events: logOf(event.user("Look", { attachments })),
      scriptStore: { entries: () => ({}), set: () => undefined },
      readGrants: () => [],
      emit: () => undefined,
    },
    new AbortController().signal,
  );
  return { text: outcome.text, result: outcome.ok ? outcome.result : outcome.error };
}

test("the pages have examples", () => {
  expect(files.map((file) => examples(file).length > 0)).toEqual([true, true]);
});

test.each(files.flatMap(examples))("$name runs as it is written", async ({ code }) => {
  expect(await runExample(code)).toMatchObject({ text: expect.stringMatching(/^Script completed/), result: { warnings: [] } });
});

test("the first three examples of the harness page give what they promise", async () => {
  const values: unknown[] = [];
  for (const { code } of examples("docs/harness.md").slice(0, 3)) {
    const { result } = await runExample(code);
    values.push((result as { readonly value?: unknown }).value);
  }
  expect(values).toEqual([
    { lines: 3, testFiles: 1 },
    [3, expect.stringMatching(/^readFile: .*gone\.ts/)],
    expect.objectContaining({ exitCode: 0, output: expect.stringContaining("built") }),
  ]);
});

test("every options line that a model reads is a valid one with the settings as they come", () => {
  const { script } = settingsSchema.parse({});
  const texts = [...files.map((file) => readFileSync(path.join(root, file), "utf8")), createScriptTool().description];
  const lines = texts.map((text) => [...text.matchAll(/\/\/ @script \{.*\}/g)].map((match) => match[0]));
  expect(lines.map((found) => found.length > 0)).toEqual([true, true, true]);
  for (const line of lines.flat()) expect(Object.keys(scriptOptions(line, script).limits)).toHaveLength(5);
});
