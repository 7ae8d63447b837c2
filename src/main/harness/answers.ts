import type { ErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { BjsonWriter } from "./bjson.ts";
import type { TrackedCall } from "./promise-tracker.ts";
import { toolErrorJson } from "./script-error.ts";
import { Answer } from "./wire.ts";

/** Sends what calls came to, all that settle in one turn of the event loop's microtasks together. */
export interface Answers {
  value(call: TrackedCall, value: Json): void;
  error(call: TrackedCall, error: ErrorData): void;
}

/** `send` gets encoded batches; it is not called when there is nothing. The writer may be shared: it is used at once. */
export function createAnswers(writer: BjsonWriter, send: (bytes: Uint8Array<ArrayBuffer>) => void): Answers {
  let waiting: { readonly call: TrackedCall; readonly answer: Json }[] = [];

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    try {
      sendNow(batch.map((entry) => entry.answer));
    } catch {
      // One value is too deep for the wire: only that call fails.
      for (const { call, answer } of batch) {
        try {
          sendNow([answer]);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          sendNow([
            [
              Answer.error,
              call.id,
              toolErrorJson(call, { code: "too_large", message: `The result cannot be handed to the script: ${reason}` }),
            ],
          ]);
        }
      }
    }
  };
  const sendNow = (batch: readonly Json[]): void => {
    writer.encode(batch);
    send(writer.take());
  };
  const add = (call: TrackedCall, answer: Json): void => {
    if (waiting.length === 0) queueMicrotask(flush);
    waiting.push({ call, answer });
  };
  return {
    value: (call, value) => add(call, [Answer.value, call.id, value]),
    error: (call, error) => add(call, [Answer.error, call.id, toolErrorJson(call, error)]),
  };
}
