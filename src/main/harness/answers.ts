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
  let calls: TrackedCall[] = [];
  /** Kind, call id and value, three items an answer: a list for each would cost the guest more than its value. */
  let items: Json[] = [];

  const flush = (): void => {
    const [answered, batch] = [calls, items];
    calls = [];
    items = [];
    try {
      sendNow(batch);
    } catch {
      // One value is too deep for the wire: only that call fails.
      for (const [index, call] of answered.entries()) {
        try {
          sendNow(batch.slice(index * 3, index * 3 + 3));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          const message = `The result cannot be handed to the script: ${reason}`;
          sendNow([Answer.error, call.id, toolErrorJson(call, { code: "too_large", message })]);
        }
      }
    }
  };
  const sendNow = (batch: readonly Json[]): void => {
    writer.encode(batch);
    send(writer.take());
  };
  const add = (call: TrackedCall, kind: number, value: Json): void => {
    if (calls.length === 0) queueMicrotask(flush);
    calls.push(call);
    items.push(kind, call.id, value);
  };
  return {
    value: (call, value) => add(call, Answer.value, value),
    error: (call, error) => add(call, Answer.error, toolErrorJson(call, error)),
  };
}
