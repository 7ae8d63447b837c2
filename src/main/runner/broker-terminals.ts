import { SpindleError } from "../../protocol/error.ts";
import type { BrokerLink } from "./broker-link.ts";
import { decodeError } from "./broker-protocol.ts";
import type { TerminalListener, Terminals } from "./terminal.ts";

/** The terminals of the desktop application: they run in the broker, and end with it. */
export function createBrokerTerminals(link: BrokerLink, listener: TerminalListener): Terminals {
  interface Opening {
    resolve(): void;
    reject(error: SpindleError): void;
  }
  const opening = new Map<string, Opening>();
  const running = new Set<string>();
  let onAllClosed: (() => void)[] = [];

  const settleClosed = (): void => {
    for (const resolve of onAllClosed) resolve();
    onAllClosed = [];
  };
  const ended = (id: string, end: { readonly exitCode: number; readonly signal: string | null }): void => {
    if (running.delete(id)) listener.ended(id, end);
  };

  link.onLost((reason) => {
    const error = new SpindleError("interrupted", `The process that runs terminals ended (${reason}).`, { hint: "Open a new one." });
    for (const one of opening.values()) one.reject(error);
    opening.clear();
    for (const id of running) ended(id, { exitCode: 129, signal: "SIGHUP" });
    settleClosed();
  });
  link.onMessage((message) => {
    switch (message.type) {
      case "terminalOpened":
        opening.get(message.id)?.resolve();
        opening.delete(message.id);
        return;
      case "terminalFailed":
        running.delete(message.id);
        opening.get(message.id)?.reject(decodeError(message.error));
        opening.delete(message.id);
        return;
      case "terminalOutput":
        listener.output(message.id, message.text);
        return;
      case "terminalEnded":
        ended(message.id, { exitCode: message.exitCode, signal: message.signal });
        return;
      case "terminalsClosed":
        settleClosed();
        return;
      case "output":
      case "done":
      case "failed":
      case "closed":
        return;
    }
  });

  return {
    open(request) {
      if (link.isClosed()) return Promise.reject(new SpindleError("interrupted", "Spindle is closing; no terminal is opened."));
      if (running.has(request.id)) return Promise.reject(new SpindleError("bad_request", `There is a terminal ${request.id} already.`));
      return new Promise((resolve, reject) => {
        running.add(request.id);
        opening.set(request.id, { resolve, reject });
        link.post({ type: "terminalOpen", request });
      });
    },
    write: (id, text) => link.postIfRunning({ type: "terminalWrite", id, text }),
    resize: (id, columns, rows) => link.postIfRunning({ type: "terminalResize", id, columns, rows }),
    shown: (id, count) => link.postIfRunning({ type: "terminalShown", id, count }),
    close: (id) => link.postIfRunning({ type: "terminalClose", id }),
    closeAll() {
      if (running.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onAllClosed.push(resolve);
        link.postIfRunning({ type: "terminalCloseAll" });
      });
    },
  };
}
