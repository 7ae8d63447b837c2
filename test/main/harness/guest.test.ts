import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createBjsonWriter } from "../../../src/main/harness/bjson.ts";
import { createGuest, evaluatePrelude, prepareTools, type GuestParts } from "../../../src/main/harness/guest.ts";
import { createEngine, type Snapshot } from "../../../src/main/harness/quickjs.ts";
import { controlBytes, openControl, type WorkerEnd } from "../../../src/main/harness/wire.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { harnessFiles } from "../../support/worker-file.ts";

async function start(
  json: boolean,
): Promise<{ readonly parts: GuestParts; readonly snapshot: Snapshot; readonly wasm: WebAssembly.Module }> {
  const { wasmFile } = await harnessFiles();
  const wasm = await WebAssembly.compile(await readFile(wasmFile));
  const engine = await createEngine(wasm, 64);
  const parts: GuestParts = {
    engine,
    handles: evaluatePrelude(engine),
    control: openControl(new SharedArrayBuffer(controlBytes)),
    json,
    writer: createBjsonWriter(),
  };
  prepareTools(parts, ["echo"]);
  return { parts, snapshot: engine.snapshot(), wasm };
}

/** Runs compiled code in this thread; calls of `echo` are answered at once. */
function run(parts: GuestParts, js: string, context: Json): { readonly end: WorkerEnd; readonly last: string } {
  const guest = createGuest(parts);
  const waiting: Json[] = [];
  let result: { readonly end: WorkerEnd; readonly last: string } | undefined;
  guest.start(
    {
      type: "run",
      run: 1,
      code: js,
      names: ["echo"],
      context,
      store: null,
      maxCalls: 100,
      wallMs: 5_000,
      runtime: null,
      cpuMs: 5_000,
      memoryMb: 64,
    },
    {
      records(text) {
        for (const record of JSON.parse(`[${text.slice(1)}]`) as Json[][])
          if (record[0] === 0) waiting.push(0, record[1] ?? 0, record[4] ?? null);
      },
      end: (end, last) => {
        result = { end, last };
      },
    },
  );
  for (let batch = waiting.splice(0); batch.length > 0; batch = waiting.splice(0))
    guest.answers(new Uint8Array(parts.writer.encode(batch)));
  if (result === undefined) throw new Error("The script did not end.");
  return result;
}

const strange: Json = { text: "a\0b\ud800\u2028'\"\\", list: [1, -0.5, null, true], ["__proto__"]: { own: 1 } };

test("values cross the same way when the engine's binary JSON cannot be used", async () => {
  const results: string[] = [];
  for (const json of [false, true]) {
    const { parts } = await start(json);
    results.push(
      run(parts, "(() => async () => {\nreturn [context, await tools.echo(context), Object.hasOwn(context, '__proto__')];\n})", strange)
        .last,
    );
  }
  expect(results[0]).toBe(results[1]);
  expect((JSON.parse(`[${results[0]?.slice(1) ?? ""}]`) as Json[][])[0]?.[1]).toEqual([strange, strange, true]);
});

test("a restored engine has the clean realm, and so has a new engine with the same snapshot and another size", async () => {
  const { parts, snapshot, wasm } = await start(false);
  const dirty =
    "(() => async () => {\nglobalThis.left = []; for (let i = 0; i < 300_000; i++) left.push({ i }); Array.prototype.left = left; throw new Error('dirty');\n})";
  const look = "(() => async () => {\nreturn [typeof left, typeof [].left, await tools.echo('ok'), Math.random()];\n})";
  run(parts, dirty, null);
  expect(parts.engine.usedMb()).toBeGreaterThan(20);
  parts.engine.restore(snapshot);
  expect(parts.engine.usedMb()).toBeLessThan(8);
  const first = JSON.parse(`[${run(parts, look, null).last.slice(1)}]`) as Json[][];
  const other: GuestParts = { ...parts, engine: await createEngine(wasm, 32, snapshot) };
  const second = JSON.parse(`[${run(other, look, null).last.slice(1)}]`) as Json[][];
  for (const record of [first[0], second[0]]) expect(record?.[1]).toEqual(["undefined", "undefined", "ok", expect.any(Number)]);
  expect(JSON.stringify(first)).not.toBe(JSON.stringify(second));
});
