import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { modelTools } from "../../../src/main/agent/model-tools.ts";
import { environmentContext, systemPrompt, userText } from "../../../src/main/agent/prompt.ts";
import { rawRequest } from "../../../src/main/agent/raw-request.ts";
import { defineTool, type Tool } from "../../../src/main/tools/tool.ts";

test("the system prompt holds the declarations as they are, whatever they contain", () => {
  const template = readFileSync(path.join(import.meta.dirname, "../../../resources/prompts/system.md"), "utf8");
  const prompt = systemPrompt(template, "declare $& $1 $$ tools");
  expect(prompt).toBe(template.split("{{declarations}}").join("declare $& $1 $$ tools"));
  expect({
    open: prompt.includes("{{"),
    names: ["<original-user-prompt>", "`script`", "*** Begin Patch"].filter((word) => !prompt.includes(word)),
  }).toEqual({ open: false, names: [] });
});

test("a system without a sandbox is said to have none", () => {
  const text = environmentContext({
    projectRoot: "/p",
    platform: "linux",
    date: "d",
    approval: "auto",
    sandbox: "read-only",
    enforcer: null,
    reach: "network",
    trusted: false,
  });
  expect(text).toContain("sandbox: read-only (not enforced: every command asks)");
});

test("the raw view shows a request role by role, the original prompt first and bare", () => {
  expect(
    rawRequest([
      { role: "user", text: "<original-user-prompt>\nP\n</original-user-prompt>" },
      { role: "user", text: "more" },
      { role: "assistant", text: "said" },
      { role: "reasoning", provider: "anthropic", item: { secret: 1 } },
      { role: "call", wireCallId: "w1", name: "script", format: "custom", input: "return 1" },
      { role: "result", wireCallId: "w1", format: "custom", text: "1", ok: false },
    ]),
  ).toBe(
    "<original-user-prompt>\nP\n</original-user-prompt>\n\n[user]\nmore\n\n[assistant]\nsaid\n\n[reasoning, opaque]\n\n[call w1 script]\nreturn 1\n\n[result w1, failed]\n1",
  );
});

test("a request offers script as a freeform tool and the others as functions with their schema", () => {
  const tool = (name: string, field: string) =>
    defineTool({
      name,
      description: `Does ${name}.`,
      input: z.strictObject({ [field]: z.string() }),
      result: z.string(),
      effect: () => ({ kind: "script" as const }),
      run: () => Promise.reject(new Error("not run")),
    }) as unknown as Tool;
  expect(modelTools([tool("script", "code"), tool("readFile", "path")])).toEqual([
    {
      name: "script",
      description: "Does script.",
      format: "custom",
      textField: "code",
      schema: { type: "object", properties: { code: { type: "string" } }, required: ["code"], additionalProperties: false },
    },
    {
      name: "readFile",
      description: "Does readFile.",
      format: "function",
      schema: { type: "object", properties: { path: { type: "string" } }, required: ["path"], additionalProperties: false },
    },
  ]);
});

test("a range of lines says how readFile is asked for it", () => {
  const file = { kind: "file", path: "/p/a.ts", name: "a.ts", size: 900 } as const;
  expect(userText("Look", [{ ...file, range: { from: 10, to: 20 } }])).toContain(
    "- /p/a.ts (file, lines 10 to 20: offset 10, limit 11, 900 bytes)",
  );
});
