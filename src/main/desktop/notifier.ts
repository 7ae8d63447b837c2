import { app, type BrowserWindow, nativeImage, Notification } from "electron";
import type { TaskNeed } from "../../protocol/task.ts";
import type { AttentionPort } from "./attention.ts";

const iconSize = 16;

/** Notifications, icon and title of the desktop, for one window. `show` is called when a notification was clicked. */
export function createNotifier(window: BrowserWindow, show: (need: TaskNeed) => void): Omit<AttentionPort, "sound"> & { close(): void } {
  // A notification nobody holds is collected, and its click with it.
  const shown = new Set<Notification>();
  const dot = createDot();
  return {
    isFocused: () => !window.isDestroyed() && window.isFocused(),
    notify(title, body, need) {
      // Silent: a sound of our own says what it is about, where the person wants one.
      const notification = new Notification({ title, body, silent: true });
      shown.add(notification);
      const forget = (): void => void shown.delete(notification);
      notification.on("click", () => {
        forget();
        if (window.isDestroyed()) return;
        if (window.isMinimized()) window.restore();
        window.show();
        window.focus();
        if (need !== null) show(need);
      });
      notification.on("close", forget);
      notification.on("failed", forget);
      notification.show();
    },
    badge(count) {
      if (window.isDestroyed()) return;
      if (process.platform === "win32") window.setOverlayIcon(count === 0 ? null : dot, count === 0 ? "" : `${count} need a look`);
      else app.setBadgeCount(count);
      // Not every desktop of Linux shows a number on the icon; all show the title.
      if (process.platform === "linux") window.setTitle(count === 0 ? "Spindle" : `(${count}) Spindle`);
    },
    close() {
      for (const notification of shown) notification.close();
      shown.clear();
    },
  };
}

/** A filled circle, for the taskbar of Windows: there are no numbers on it. */
function createDot(): Electron.NativeImage {
  const pixels = Buffer.alloc(iconSize * iconSize * 4);
  const middle = (iconSize - 1) / 2;
  for (let y = 0; y < iconSize; y++)
    for (let x = 0; x < iconSize; x++) {
      // BGRA; the edge is smoothed over one pixel.
      const cover = Math.min(1, Math.max(0, middle + 0.5 - Math.hypot(x - middle, y - middle)));
      pixels.set([0x3e * cover, 0x2d * cover, 0xd9 * cover, 255 * cover].map(Math.round), (y * iconSize + x) * 4);
    }
  return nativeImage.createFromBitmap(pixels, { width: iconSize, height: iconSize });
}
