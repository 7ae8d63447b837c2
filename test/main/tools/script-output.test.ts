import { expect, test } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import { fitOutput } from "../../../src/main/tools/script/fit-output.ts";
import { resultText } from "../../../src/main/tools/script/result-size.ts";
import { useScriptTool } from "./script-lab.ts";

const script = useScriptTool();
const mark = (n: number): string => `begin ${"ö".repeat(n)} end`;

test("a text that fits is left as it is and no file is written", async () => {
  const text = "x".repeat(40_000);
  expect(await fitOutput(text, { saveOutput: () => Promise.reject(new Error("not asked")) })).toBe(text);
});

test("a longer one keeps head and tail within 10,000 tokens and names the file with all of it", async () => {
  const saved: string[] = [];
  const text = mark(50_000);
  const file = `/data/${"long/".repeat(60)}c1.txt`;
  const fit = await fitOutput(text, {
    saveOutput(whole) {
      saved.push(whole);
      return Promise.resolve(file);
    },
  });
  expect({
    saved: saved.length === 1 && saved[0] === text,
    tokens: Math.ceil(Buffer.byteLength(fit) / 4) <= 10_000 && Buffer.byteLength(fit) > 39_000,
    head: fit.includes("\n\nbegin öö"),
    end: fit.endsWith(`öö end\n\n[The whole output, ${text.length} characters, is in ${file}; readFile and grepFiles may read it.]`),
  }).toEqual({ saved: true, tokens: true, head: true, end: true });
});

test("a file that cannot be written is said, and nothing fails", async () => {
  const failing = await fitOutput(mark(50_000), { saveOutput: () => Promise.reject(new SpindleError("io_error", "The disk is full.")) });
  const homeless = await fitOutput(mark(50_000), { saveOutput: () => Promise.resolve(null) });
  expect([failing.split("\n").at(-1), homeless.split("\n").at(-1)]).toEqual([
    "[What is missing could not be kept in a file: The disk is full.]",
    "[What is missing was not kept: the script ran outside a conversation.]",
  ]);
});

test("a result beyond 16 Mi characters is the error too_large; one just below is collected", async () => {
  const limit = 16 * 1024 * 1024;
  const saved: number[] = [];
  const ctx = { saveOutput: (text: string) => Promise.resolve(`/f${saved.push(text.length)}`) };
  const beyond = await script(`return "x".repeat(${limit + 1});`, { ctx });
  const list = await script(`const part = "x".repeat(1024 * 1024); return Array.from({ length: 17 }, () => part);`, { ctx });
  const below = await script(`return "x".repeat(${limit});`, { ctx });
  expect([beyond, list].map(({ ok, code, result, text }) => ({ ok, code, value: result["value"], said: /16777216/.test(text) }))).toEqual([
    { ok: false, code: "too_large", value: null, said: true },
    { ok: false, code: "too_large", value: null, said: true },
  ]);
  expect({ ok: below.ok, saved }).toEqual({ ok: undefined, saved: [expect.any(Number)] });
  expect(saved[0]).toBeGreaterThan(limit);
});

test("a long result has lines to read, however deep it is", () => {
  const deep = (level: number): unknown => (level === 0 ? [] : [deep(level - 1)]);
  const many = Array.from({ length: 20_000 }, () => deep(60)) as never;
  const text = resultText(many);
  expect({ lines: text.split("\n").length, short: text.length < JSON.stringify(many).length + 30_000, same: JSON.parse(text) }).toEqual({
    lines: 20_002,
    short: true,
    same: many,
  });
  expect(JSON.parse(resultText({ a: "x".repeat(1_100_000), b: 2 }))).toEqual({ a: "x".repeat(1_100_000), b: 2 });
});
