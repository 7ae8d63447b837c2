import type { ErrorCode, ErrorData } from "../../protocol/error.ts";
import { portChannel, takenTogether } from "../../protocol/channels.ts";
import type { Bridge, CallInput, CallName, CallResults, PushBatch, PushName, Pushes } from "../../protocol/ipc.ts";

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
  // What main tells from the answer on must find this page listening.
  await connect();
  const reply = await window.spindle.call(name, input).catch((error: unknown) => {
    throw new ApiError(asErrorData(error));
  });
  if (!reply.ok) throw new ApiError(reply.error);
  return reply.value;
}

/** Subscribes to a push; returns the function that ends it. Stores use `onFrame` of lib/frame instead. */
export function on<N extends PushName>(name: N, listener: (value: Pushes[N]) => void): () => void {
  void connect();
  const receive = (value: unknown): void => listener(value as Pushes[N]);
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(receive));
  return () => {
    set.delete(receive);
  };
}

const listeners = new Map<PushName, Set<(value: unknown) => void>>();
let connected: Promise<void> | null = null;

/** Takes the port of this page's pushes; should main send another one, that as well. */
function connect(): Promise<void> {
  connected ??= new Promise((resolve) => {
    const take = (event: MessageEvent): void => {
      const [port] = event.ports;
      if (event.source !== window || event.data !== portChannel || port === undefined) return;
      let taken = 0;
      port.addEventListener("message", ({ data }: MessageEvent<PushBatch>) => {
        taken++;
        if (taken % takenTogether === 0) port.postMessage(takenTogether);
        if (data === "load anew") return window.location.reload();
        for (const [name, values] of data) for (const value of values) for (const listener of listeners.get(name) ?? []) listener(value);
      });
      port.start();
      resolve();
    };
    window.addEventListener("message", take);
    window.spindle.connect();
  });
  return connected;
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
