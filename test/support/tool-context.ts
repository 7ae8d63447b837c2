import type { EventBody } from "../../src/protocol/event.ts";
import { settingsSchema } from "../../src/protocol/settings.ts";
import type { ToolContext } from "../../src/main/tools/tool.ts";

/**
 * A tool's context for tests of one tool on real files. What the tool must not touch (runner, sandbox, harness, tasks)
 * throws when used; events are kept in `events`.
 */
export function toolContext(projectRoot: string, overrides: Partial<ToolContext> = {}): ToolContext & { readonly events: EventBody[] } {
  const events: EventBody[] = [];
  const unused = (name: string): never => {
    throw new Error(`The tool used ${name}, which this test does not give it.`);
  };
  return {
    conversationId: "c_test",
    turnId: "t1",
    callId: "c1",
    parentCallId: undefined,
    scriptLine: undefined,
    fromScript: false,
    projectRoot,
    readGrants: [],
    approval: "auto",
    sandboxLevel: "workspace-write",
    reach: "nothing",
    settings: settingsSchema.parse({}),
    signal: new AbortController().signal,
    runner: { run: () => unused("runner"), close: () => unused("runner") },
    sandbox: { info: { enforcer: "none", detail: "not used in this test", grants: [] }, hidden: () => [], wrap: () => unused("sandbox") },
    harness: {
      run: () => unused("harness"),
      prewarm: () => unused("harness"),
      info: () => unused("harness"),
      close: () => unused("harness"),
    },
    scriptContext: () => unused("scriptContext"),
    scriptStore: { entries: () => unused("scriptStore"), set: () => unused("scriptStore") },
    saveOutput: () => unused("saveOutput"),
    emit: (event) => events.push(event),
    toolNames: [],
    tasks: {
      row: () => unused("tasks"),
      wait: () => unused("tasks"),
      result: () => unused("tasks"),
      message: () => unused("tasks"),
      cancel: () => unused("tasks"),
    },
    spawnTask: () => unused("spawnTask"),
    background: undefined,
    callTool: () => unused("callTool"),
    ...overrides,
    events,
  };
}
