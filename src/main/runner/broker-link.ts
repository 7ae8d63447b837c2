import { fromBrokerSchema, type FromBroker, type ToBroker } from "./broker-protocol.ts";

/**
 * A running broker process, whatever started it: Electron's `utilityProcess.fork`, or `child_process.fork`. `onMessage` and
 * `onExit` are called once, right after the start, each with its only listener.
 */
export interface BrokerPort {
  post(message: ToBroker): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `reason` ends the sentence "the process that runs commands ended (…)", for example `exit code 1`. */
  onExit(listener: (reason: string) => void): void;
  /** Ends the process at once; only used when it does not close in time. */
  kill(): void;
}

/** How long the broker has to kill its children when it is told to close. */
const closeMs = 3_000;

/** The one connection to the broker, shared by the runner and the terminals. */
export interface BrokerLink {
  /** Starts the broker when none runs. Nothing is posted after `close`. */
  post(message: ToBroker): void;
  /** Posts to the broker that runs, if one does. */
  postIfRunning(message: ToBroker): void;
  onMessage(listener: (message: FromBroker) => void): void;
  /** The broker ended, by itself or because it was closed: all that ran in it is dead. */
  onLost(listener: (reason: string) => void): void;
  isClosed(): boolean;
  /** Resolves when the broker has killed its children, after 3 s at the latest. */
  close(): Promise<void>;
}

/** `start` is called for the first message, and for the first one after the broker died. */
export function createBrokerLink(start: () => BrokerPort): BrokerLink {
  const messageListeners: ((message: FromBroker) => void)[] = [];
  const lostListeners: ((reason: string) => void)[] = [];
  let port: BrokerPort | undefined;
  let onClosed: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  const lost = (reason: string): void => {
    port = undefined;
    onClosed?.();
    for (const listener of lostListeners) listener(reason);
  };

  const connect = (): BrokerPort => {
    const started = start();
    started.onMessage((raw) => {
      if (port !== started) return;
      const message = fromBrokerSchema.parse(raw);
      if (message.type === "closed") onClosed?.();
      for (const listener of messageListeners) listener(message);
    });
    started.onExit((reason) => {
      if (port === started) lost(reason);
    });
    return started;
  };

  return {
    post(message) {
      if (closed !== undefined) return;
      port ??= connect();
      port.post(message);
    },
    postIfRunning: (message) => port?.post(message),
    onMessage: (listener) => void messageListeners.push(listener),
    onLost: (listener) => void lostListeners.push(listener),
    isClosed: () => closed !== undefined,
    close() {
      closed ??= (async () => {
        const through = port;
        if (through === undefined) return;
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          onClosed = resolve;
          timer = setTimeout(resolve, closeMs);
          through.post({ type: "close" });
        });
        clearTimeout(timer);
        through.kill();
        if (port !== undefined) lost("it was closed");
      })();
      return closed;
    },
  };
}
