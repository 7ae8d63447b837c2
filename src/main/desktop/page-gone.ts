import { type BrowserWindow, dialog } from "electron";
import type { Logger } from "../lib/logger.ts";

/** So many ends in so long (ms) are not chance: the person is asked before the next try. */
const mostEnds = 3;
const withinMs = 60_000;

/**
 * Loads the page anew when its process ends (a crash, a kill by the system when memory is short). Tasks, turns and questions belong to
 * the main process and go on meanwhile; the new page reads them, and what was being written. A page that ends again and again is
 * loaded only when the person wants it; otherwise the window closes.
 */
export function reloadWhenGone(window: BrowserWindow, logger: Logger): void {
  let ends: readonly number[] = [];
  window.webContents.on("render-process-gone", (_, { reason, exitCode }) => {
    if (reason === "clean-exit" || window.isDestroyed()) return;
    logger.info("The window's page ended", { reason, exitCode });
    const now = performance.now();
    ends = [...ends.filter((time) => now - time < withinMs), now];
    const isAsked = ends.length > mostEnds;
    const go = (yes: boolean): void => {
      if (window.isDestroyed()) return;
      if (yes) window.webContents.reload();
      else window.close();
    };
    if (!isAsked) go(true);
    else askToReload(window).then(go, (error: unknown) => logger.error("The person could not be asked about the page", error));
  });
}

async function askToReload(window: BrowserWindow): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: "error",
    title: "Spindle",
    message: "The page of this window ended several times.",
    detail: "What runs goes on, and nothing of the conversations is lost. Load the page again, or close the window and look into the log.",
    buttons: ["Load again", "Close"],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}
