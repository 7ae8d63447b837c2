import { assertNever } from "../../protocol/error.ts";
import { decodeRequest, encodeError, toBrokerSchema, type FromBroker, type ToBroker } from "./broker-protocol.ts";
import type { Runner } from "./runner.ts";
import type { Terminals } from "./terminal.ts";

/** The broker's side of one connection. */
export interface BrokerServer {
  receive(message: unknown): void;
  /** Kills everything and waits for it: called for `close` and when the parent is gone. */
  shutDown(): Promise<void>;
}

/** Serves a runner and terminals over messages. Knows nothing of how they travel. */
export function serveBroker(runner: Runner, terminals: Terminals, post: (message: FromBroker) => void): BrokerServer {
  const open = new Map<number, { readonly stop: AbortController; readonly expiry: AbortController }>();

  const run = async (message: Extract<ToBroker, { type: "run" }>): Promise<void> => {
    const { id } = message;
    const stop = new AbortController();
    const expiry = new AbortController();
    open.set(id, { stop, expiry });
    try {
      const onOutput = message.watched
        ? (stream: "stdout" | "stderr", text: string): void => post({ type: "output", id, stream, text })
        : undefined;
      const result = await runner.run(decodeRequest(message.request), stop.signal, onOutput, expiry.signal);
      post({ type: "done", id, result: { ...result } });
    } catch (error) {
      post({ type: "failed", id, error: encodeError(error) });
    } finally {
      open.delete(id);
    }
  };

  const openTerminal = async ({ request }: Extract<ToBroker, { type: "terminalOpen" }>): Promise<void> => {
    try {
      await terminals.open(request);
      post({ type: "terminalOpened", id: request.id });
    } catch (error) {
      post({ type: "terminalFailed", id: request.id, error: encodeError(error) });
    }
  };

  const shutDown = async (): Promise<void> => {
    await Promise.all([runner.close(), terminals.closeAll()]);
  };

  return {
    receive(raw) {
      const message = toBrokerSchema.parse(raw);
      switch (message.type) {
        case "run":
          void run(message);
          return;
        case "cancel":
          open.get(message.id)?.stop.abort();
          return;
        case "expire":
          open.get(message.id)?.expiry.abort();
          return;
        case "terminalOpen":
          void openTerminal(message);
          return;
        case "terminalWrite":
          terminals.write(message.id, message.text);
          return;
        case "terminalResize":
          terminals.resize(message.id, message.columns, message.rows);
          return;
        case "terminalShown":
          terminals.shown(message.id, message.count);
          return;
        case "terminalClose":
          terminals.close(message.id);
          return;
        case "terminalCloseAll":
          void terminals.closeAll().then(() => post({ type: "terminalsClosed" }));
          return;
        case "close":
          void shutDown().then(() => post({ type: "closed" }));
          return;
        default:
          assertNever(message);
      }
    },
    shutDown,
  };
}
