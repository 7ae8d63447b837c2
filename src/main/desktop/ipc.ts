import { type BrowserWindow, ipcMain } from "electron";
import { callChannel, pushChannel } from "../../protocol/channels.ts";
import type { PushName, Pushes } from "../../protocol/ipc.ts";
import type { Logger } from "../lib/logger.ts";
import { appOrigin } from "./app-protocol.ts";
import { type Handlers, serveCall } from "./serve-calls.ts";

/** Connects a window: calls only from its own main frame on our own origin; everything else is refused as data. */
export function connectWindow(
  window: BrowserWindow,
  handlers: Handlers,
  logger: Logger,
): { push<N extends PushName>(name: N, value: Pushes[N]): void; close(): void } {
  ipcMain.handle(callChannel, (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame;
    const trusted =
      frame !== null &&
      event.sender === window.webContents &&
      frame === window.webContents.mainFrame &&
      frame.url.startsWith(`${appOrigin}/`);
    if (!trusted) return { ok: false, error: { code: "bad_request", message: "This page may not talk to Spindle." } };
    return serveCall(handlers, name, input, logger);
  });
  return {
    push(name, value) {
      if (!window.isDestroyed()) window.webContents.send(pushChannel, name, value);
    },
    close: () => ipcMain.removeHandler(callChannel),
  };
}
