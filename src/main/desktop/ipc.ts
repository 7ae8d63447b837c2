import { type BrowserWindow, ipcMain } from "electron";
import { callChannel, pushChannel } from "../../protocol/channels.ts";
import type { PushName, Pushes } from "../../protocol/ipc.ts";
import type { Logger } from "../lib/logger.ts";
import { appOrigin } from "./app-protocol.ts";
import { type Handlers, serveCall } from "./serve-calls.ts";

/** The two directions between main and one window. */
export interface WindowLink {
  push<N extends PushName>(name: N, value: Pushes[N]): void;
  /** Answers calls from here on; calls that came before wait for it: the page loads while the engine still starts. */
  serve(handlers: Handlers, logger: Logger): void;
  close(): void;
}

/** Connects a window: calls only from its own main frame on our own origin; everything else is refused as data. */
export function connectWindow(window: BrowserWindow): WindowLink {
  let serve: WindowLink["serve"] = () => undefined;
  const serving = new Promise<{ readonly handlers: Handlers; readonly logger: Logger }>((resolve) => {
    serve = (handlers, logger) => resolve({ handlers, logger });
  });
  ipcMain.handle(callChannel, async (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame;
    const trusted =
      frame !== null &&
      event.sender === window.webContents &&
      frame === window.webContents.mainFrame &&
      frame.url.startsWith(`${appOrigin}/`);
    if (!trusted) return { ok: false, error: { code: "bad_request", message: "This page may not talk to Spindle." } };
    const { handlers, logger } = await serving;
    return serveCall(handlers, name, input, logger);
  });
  return {
    push(name, value) {
      if (!window.isDestroyed()) window.webContents.send(pushChannel, name, value);
    },
    serve,
    close: () => ipcMain.removeHandler(callChannel),
  };
}
