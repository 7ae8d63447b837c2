import { call } from "../lib/api.ts";
import { useApp } from "./app.ts";
import { reportError } from "./notices.ts";

/** True where the system shows no menu bar for the application: everywhere but on macOS. */
export function hasMenuButton(): boolean {
  const platform = useApp.getState().app?.platform;
  return platform !== undefined && platform !== "darwin";
}

/** Shows the application's menu with its corner there (px of the page). */
export function showAppMenu(at: { readonly x: number; readonly y: number }): void {
  call("window.menu", at).catch(reportError);
}
