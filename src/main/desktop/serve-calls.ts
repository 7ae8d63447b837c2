import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import { type CallName, type CallResults, calls, type ParsedCallInput, type Reply } from "../../protocol/ipc.ts";
import { issuesText } from "../lib/issues.ts";
import type { Logger } from "../lib/logger.ts";

/** One handler per call of the contract; a missing one is a compile error. */
export type Handlers = { readonly [N in CallName]: (input: ParsedCallInput<N>) => Promise<CallResults[N]> | CallResults[N] };

/**
 * Turns a raw IPC message into a reply. Never throws: an unknown name, an input the schema refuses and a handler's
 * error all come back as data with their code. Electron is not needed to test it.
 */
export async function serveCall(handlers: Handlers, name: unknown, input: unknown, logger: Logger): Promise<Reply<unknown>> {
  try {
    if (typeof name !== "string" || !Object.hasOwn(calls, name))
      throw new SpindleError("bad_request", `There is no call ${JSON.stringify(name)}.`);
    return { ok: true, value: await run(handlers, name as CallName, input) };
  } catch (error) {
    const data: ErrorData = toErrorData(error);
    if (data.code === "internal") logger.error(`The call ${String(name)} failed`, error);
    return { ok: false, error: data };
  }
}

async function run<N extends CallName>(handlers: Handlers, name: N, input: unknown): Promise<CallResults[N]> {
  const parsed = calls[name].safeParse(input);
  if (!parsed.success) throw new SpindleError("bad_request", `${name}: ${issuesText(parsed.error)}`);
  return handlers[name](parsed.data as ParsedCallInput<N>);
}
