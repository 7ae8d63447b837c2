import { transformSync } from "oxc-transform";
import { expect, test } from "vitest";
import { z } from "zod";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { createExecTool } from "../../../src/main/tools/exec.ts";
import { grepFilesTool } from "../../../src/main/tools/grep-files.ts";
import { inputSchema, textFieldOf, toolDeclarations } from "../../../src/main/tools/declarations.ts";
import { listDirTool } from "../../../src/main/tools/list-dir.ts";
import { readFileTool } from "../../../src/main/tools/read-file.ts";
import { createSpawnTool } from "../../../src/main/tools/spawn.ts";
import { defineTool, type Tool } from "../../../src/main/tools/tool.ts";
import { shellFiles } from "../../support/worker-file.ts";

const sample = defineTool({
  name: "sample",
  description: "Does a sample.",
  input: z.strictObject({
    path: z.string().min(1).describe("Where."),
    mode: z.enum(["a", "b"]).optional(),
    many: z.array(z.union([z.string(), z.number()])),
    env: z.record(z.string(), z.boolean()).optional().describe("More."),
    deep: z.strictObject({ n: z.number().int().min(1) }),
  }),
  result: z.object({ text: z.string().nullable(), list: z.array(z.object({ line: z.number() })), any: z.unknown() }),
  effect: () => ({ kind: "script" as const }),
  run: () => Promise.reject(new Error("not run")),
});

test("a tool reads as TypeScript with its notes", () => {
  expect(toolDeclarations([sample as unknown as Tool])).toBe(`declare const tools: {
  /** Does a sample. */
  sample(input: {
    path: string; // Where.
    mode?: "a" | "b";
    many: (string | number)[];
    env?: Record<string, boolean>; // More.
    deep: {
      n: number;
    };
  }): Promise<{
    text: string | null;
    list: {
      line: number;
    }[];
    any: unknown;
  }>;
};`);
});

const parts = {
  inspector: createShellInspector(await shellFiles()),
  applyPatch: createApplyPatchTool({ journal: createJournal({ folder: "/nowhere" }) }),
};
const execTool = createExecTool(parts);
const spawnTool = createSpawnTool(parts);

test("the real tools: every public name and field is declared", () => {
  const text = toolDeclarations([readFileTool, listDirTool, grepFilesTool, execTool, spawnTool] as unknown as Tool[]);
  const wanted = [
    "readFile(input: {",
    "listDir(input: {",
    "grepFiles(input: {",
    "exec(input: {",
    "spawn(input: {",
    "path: string;",
    "offset?: number;",
    "limit?: number;",
    'mode?: "slice" | "indentation";',
    "anchorLine?: number;",
    "depth?: number;",
    "pattern: string;",
    "include?: string;",
    "context?: number;",
    "cmd: string;",
    "workdir?: string;",
    "timeoutMs?: number;",
    "env?: Record<string, string>;",
    "arg0?: string;",
    "justification?: string;",
    "escalated?: boolean;",
    "exitCode: number;",
    "signal: string | null;",
    "timedOut: boolean;",
    "truncated: boolean;",
    'kind: "ask";',
    'kind: "agent";',
    'kind: "exec";',
    'kind: "script";',
    "question: string;",
  ];
  expect(wanted.filter((word) => !text.includes(word))).toEqual([]);
  expect({ syntax: transformSync("tools.ts", text).errors, odd: /undefined|\[object|\bany\b|\bunknown\b/.exec(text) }).toEqual({
    syntax: [],
    odd: null,
  });
});

test("schemas for functions are objects with their required fields, and only script takes bare text", () => {
  expect(inputSchema(sample as unknown as Tool)).toMatchObject({
    type: "object",
    required: ["path", "many", "deep"],
    additionalProperties: false,
  });
  expect(inputSchema(spawnTool as unknown as Tool)["type"]).toBe("object");
  expect([textFieldOf("script"), textFieldOf("readFile")]).toEqual(["code", undefined]);
});
