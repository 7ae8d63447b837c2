import path from "node:path";
import type { Reach, Settings } from "../../protocol/settings.ts";
import { createEngine, type Engine } from "../engine.ts";
import type { AuthorityOptions } from "../engine/authority.ts";
import { openSandbox } from "../engine/open-sandbox.ts";
import { createLocalRunner } from "../runner/local-runner.ts";
import { dataFolder, makeDataFolder } from "../settings/data-folder.ts";
import { quickjsWasmFile, shellFiles } from "../wasm-file.ts";

export interface EngineFlags {
  readonly reach?: Reach | undefined;
  /** `asked` for a folder that nobody named: then only what the window was told counts. */
  readonly trust?: AuthorityOptions["trust"];
}

/** The engine on plain Node, to be closed with its sandbox's folder. Nobody can answer a question here, so what would ask is denied. */
async function openEngine(
  override: (settings: Settings) => Settings,
  { reach, trust = "named" }: EngineFlags,
): Promise<{ readonly engine: Engine; close(): Promise<void> }> {
  const home = dataFolder(process.env);
  makeDataFolder(home);
  const runner = createLocalRunner();
  const { sandbox, close } = await openSandbox(home);
  try {
    const engine = await createEngine({
      home,
      env: process.env,
      workerFile: path.join(__dirname, "worker.cjs"),
      wasmFile: quickjsWasmFile(),
      shellFiles: shellFiles(__dirname),
      runner,
      sandbox,
      audience: "nobody",
      trust,
      reach,
      wake: false,
      override,
    });
    return { engine, close: () => engine.close().finally(close) };
  } catch (error) {
    // The engine closes its runner; without an engine (wrong settings) both are ours.
    close();
    await runner.close();
    throw error;
  }
}

/** Runs with an engine and closes it whatever happens. SIGINT, SIGTERM and SIGHUP abort `signal`. */
export async function withEngine<T>(
  override: (settings: Settings) => Settings,
  use: (engine: Engine, signal: AbortSignal) => Promise<T>,
  flags: EngineFlags = {},
): Promise<T> {
  const { engine, close } = await openEngine(override, flags);
  const stop = new AbortController();
  // The first signal stops in order; a second one means that the person does not want to wait.
  const onSignal = (): void => (stop.signal.aborted ? process.exit(130) : stop.abort());
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  try {
    return await use(engine, stop.signal);
  } finally {
    await close();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, onSignal);
  }
}
