import { afterEach } from "vitest";
import type { ModelServer, StepSource } from "../support/model-servers/model-server.ts";
import type { Ended, RunOptions, SpindleLab } from "./spindle-process.ts";
import type { Wire } from "./wires.ts";

/** Servers that are closed after each test. */
export function useServers(): (wire: Wire, steps: readonly StepSource[]) => Promise<ModelServer> {
  const servers: ModelServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  return async (wire, steps) => {
    const server = await wire.start(steps);
    servers.push(server);
    return server;
  };
}

/** One turn against a server, with a key, as a program would run it. */
export function exec(
  spindle: SpindleLab,
  wire: Wire,
  baseUrl: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> {
  const args = ["exec", "Fix the sum", "--json", "--provider", wire.provider, "--base-url", baseUrl, "--model", "test-model", ...flags];
  return spindle.run(args, { ...options, env: { [wire.keyVariable]: "test-secret-key-1234", ...options.env } });
}

/** A file with a mistake, the same file without, and the patch between them, which also adds a file. */
export const patch = [
  "*** Begin Patch",
  "*** Update File: src/sum.ts",
  "@@",
  "-export export const sum = (a: number, b: number) => a - b;",
  "+export export const sum = (a: number, b: number) => a + b;",
  "*** Add File: NOTES.md",
  "+done",
  "*** End Patch",
].join("\n");
export const broken = "export export const sum = (a: number, b: number) => a - b;\n";
export const mended = "export export const sum = (a: number, b: number) => a + b;\n";
