import { type BrowserWindow, ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, MessageChannelMain } from "electron";
import { callChannel, portChannel } from "../../protocol/channels.ts";
import type { PushName, Pushes } from "../../protocol/ipc.ts";
import type { Logger } from "../lib/logger.ts";
import { appOrigin } from "./app-protocol.ts";
import { createPushPort } from "./push-port.ts";
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
  const pushes = createPushPort();
  const isOurs = ({ senderFrame: frame, sender }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    frame !== null && sender === window.webContents && frame === window.webContents.mainFrame && frame.url.startsWith(`${appOrigin}/`);
  const onPortWanted = (event: IpcMainEvent): void => {
    if (!isOurs(event)) return;
    const { port1, port2 } = new MessageChannelMain();
    pushes.connect(port1);
    window.webContents.postMessage(portChannel, null, [port2]);
  };
  ipcMain.on(portChannel, onPortWanted);
  ipcMain.handle(callChannel, async (event, name: unknown, input: unknown) => {
    if (!isOurs(event)) return { ok: false, error: { code: "bad_request", message: "This page may not talk to Spindle." } };
    const { handlers, logger } = await serving;
    const reply = await serveCall(handlers, name, input, logger);
    pushes.flush();
    return reply;
  });
  return {
    push: pushes.push,
    serve,
    close() {
      ipcMain.removeHandler(callChannel);
      ipcMain.off(portChannel, onPortWanted);
      pushes.close();
    },
  };
}
