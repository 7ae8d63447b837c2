import { readFile } from "node:fs/promises";
import { createCompiler } from "../../../src/main/harness/compile.ts";
import { createEngine } from "../../../src/main/harness/quickjs.ts";
import { againstFloor, atMost, type Report } from "../lib/figures.ts";
import { collectSamples, time } from "../lib/samples.ts";
import { batches, wasmFile } from "./scripts.ts";

const body = Array.from(
  { length: 70 },
  (_, index) =>
    `async function step${index}(input: { readonly path: string; limit?: number }): Promise<number> {\n  const found = await tools.readFile({ path: input.path });\n  return found.lines > ${index} ? 1 : 0;\n}\n`,
).join("");

/** 10 KB of TypeScript, different each time: compiled by the harness, parsed by QuickJS, and asked for again. */
export async function compileTime(report: Report): Promise<void> {
  const samples = collectSamples();
  const compiler = createCompiler();
  const { realm } = await createEngine(await WebAssembly.compile(await readFile(wasmFile)), 128);
  for (let batch = 0; batch < batches * 3; batch++) {
    const code = `// ${batch}\n${body}`.slice(0, 10_240);
    const whole = `${code.slice(0, code.lastIndexOf("}\n") + 2)}return ${batch};`;
    let compiled: Awaited<ReturnType<typeof compiler.compile>> | undefined;
    samples.add("compile", await time(async () => (compiled = await compiler.compile(whole))));
    if (compiled?.ok !== true) throw new Error("The sample does not compile.");
    const { js } = compiled;
    samples.add("parse", await time(() => realm.evaluate(js, "bench.js")));
    samples.add("cached", await time(() => compiler.compile(whole)));
  }
  report(againstFloor("10 KB TypeScript compiled / parsed by QuickJS", samples.median("compile"), samples.median("parse"), 0.5, "ms"));
  report(atMost("10 KB TypeScript from the cache", samples.median("cached"), 0.1, "ms"));
}
