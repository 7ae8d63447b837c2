import path from "node:path";
import { BrowserWindow, nativeTheme, screen } from "electron";
import { appOrigin } from "./app-protocol.ts";
import { backgroundColor, overlay, titleBarOptions, trafficLights } from "./title-bar.ts";
import { lookAtStart, minHeight, minWidth, placeOnScreens, readPlace, savePlace } from "./window-place.ts";

/**
 * Makes the window where it was the last time, hidden until it has something to show, in the theme of the settings. The page gets no
 * Node, no Electron, no navigation.
 */
export function createWindow(options: { readonly preloadFile: string; readonly packaged: boolean; readonly home: string }): BrowserWindow {
  const look = lookAtStart(options.home);
  nativeTheme.themeSource = look.theme;
  const dark = nativeTheme.shouldUseDarkColors;
  const first = screen.getPrimaryDisplay();
  const areas = [first, ...screen.getAllDisplays().filter(({ id }) => id !== first.id)].map(({ workArea }) => workArea);
  const saved = readPlace(options.home);
  const window = new BrowserWindow({
    ...placeOnScreens(saved, areas),
    minWidth,
    minHeight,
    show: false,
    title: "Spindle",
    backgroundColor: backgroundColor(dark),
    ...titleBarOptions(process.platform, { dark, zoom: look.zoom, ground: "canvas" }),
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
  window.once("ready-to-show", () => {
    // Which shows it, too.
    if (saved?.maximized === true) window.maximize();
    else window.show();
  });
  keepPlace(window, options.home);
  return window;
}

/** Dragging tells of many places: the one it ends at is kept, at the latest when the window closes. */
function keepPlace(window: BrowserWindow, home: string): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    clearTimeout(timer);
    if (!window.isDestroyed()) savePlace(home, { ...window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  };
  window.on("resize", soon);
  window.on("move", soon);
  window.on("close", keep);
  window.on("closed", () => clearTimeout(timer));
}

/** Loads the page; resolves when it has loaded. */
export function loadPage(window: BrowserWindow): Promise<void> {
  return window.loadURL(`${appOrigin}/`);
}

/** Keeps title bar and background as the theme and the page are; call `changed` when something else than the theme changed. */
export function followLook(
  window: BrowserWindow,
  page: () => { readonly zoom: number; readonly ground: "canvas" | "panel" },
): { changed(): void; close(): void } {
  const changed = (): void => {
    if (window.isDestroyed()) return;
    const dark = nativeTheme.shouldUseDarkColors;
    window.setBackgroundColor(backgroundColor(dark));
    const { zoom, ground } = page();
    if (process.platform === "darwin") window.setWindowButtonPosition(trafficLights(zoom));
    else window.setTitleBarOverlay(overlay(process.platform, { dark, zoom, ground }));
  };
  nativeTheme.on("updated", changed);
  changed();
  return { changed, close: () => nativeTheme.off("updated", changed) };
}
