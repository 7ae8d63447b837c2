import type { ErrorCode, ErrorData } from "../../protocol/error.ts";
import type { Bridge, CallInput, CallName, CallResults, PushName, Pushes } from "../../protocol/ipc.ts";

declare global {
  interface Window {
    /** Put there by the preload; the only way out of the page. */
    readonly spindle: Bridge;
  }
}

/** A call that main refused or failed: the code, a sentence for a person, and what to do next. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorData["details"];

  constructor(data: ErrorData) {
    super(data.message);
    this.code = data.code;
    this.hint = data.hint;
    this.details = data.details;
  }
}

/** Asks main for something. Rejects with `ApiError` and nothing else. */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResults[N]> {
  const reply = await window.spindle.call(name, input).catch((error: unknown) => {
    throw new ApiError(asErrorData(error));
  });
  if (!reply.ok) throw new ApiError(reply.error);
  return reply.value;
}

/** Subscribes to a push; returns the function that ends it. Stores use `onFrame` of lib/frame instead. */
export function on<N extends PushName>(name: N, listener: (value: Pushes[N]) => void): () => void {
  return window.spindle.on(name, listener);
}

/** True path of a dropped or picked file; empty for one that has none (made by a page). */
export function pathOf(file: File): string {
  return window.spindle.pathOf(file);
}

/** Any thrown thing as data for an error view. */
export function asErrorData(error: unknown): ErrorData {
  if (error instanceof ApiError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
