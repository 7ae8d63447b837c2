import path from "node:path";
import { BrowserWindow, nativeTheme } from "electron";
import { appOrigin } from "./app-protocol.ts";

/** Makes the window, hidden until it has something to show. The page gets no Node, no Electron, no navigation. */
export function createWindow(options: { readonly preloadFile: string; readonly packaged: boolean }): BrowserWindow {
  const window = new BrowserWindow({
    width: 1680,
    height: 1050,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: "Spindle",
    backgroundColor: nativeTheme.shouldUseDarkColors ? "#0e0f12" : "#f3f3f1",
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.resolve(options.preloadFile),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      disableBlinkFeatures: "Auxclick",
      devTools: !options.packaged,
      spellcheck: false,
    },
  });
  window.once("ready-to-show", () => window.show());
  return window;
}

/** Loads the page; resolves when it has loaded. */
export function loadPage(window: BrowserWindow): Promise<void> {
  return window.loadURL(`${appOrigin}/`);
}
