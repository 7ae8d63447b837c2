import type { Tool } from "./tool.ts";

/** The tools of one engine by name, in the order the model reads them. A name used twice is a mistake of ours. */
export function createRegistry(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const registry = new Map<string, Tool>();
  for (const tool of tools) {
    if (registry.has(tool.name)) throw new Error(`Two tools are named ${tool.name}.`);
    registry.set(tool.name, tool);
  }
  return registry;
}
