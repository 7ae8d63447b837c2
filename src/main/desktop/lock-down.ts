import { app, type Session, type WebContents } from "electron";
import { appOrigin } from "./app-protocol.ts";

/** Takes from a session what the window never needs: permissions, devices, any request that is not our own. */
export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = ["app:", "devtools:", "data:", "blob:"].includes(new URL(details.url).protocol);
    answer({ cancel: !allowed });
  });
}

/** Keeps a page where it is: no navigation, no frames from elsewhere, no windows, no webviews. */
export function lockDownContents(contents: WebContents): void {
  const deny = (event: { preventDefault(): void }, url: string): void => {
    if (!url.startsWith(`${appOrigin}/`)) event.preventDefault();
  };
  contents.on("will-navigate", (event) => deny(event, event.url));
  contents.on("will-frame-navigate", (event) => deny(event, event.url));
  contents.on("will-redirect", (event) => deny(event, event.url));
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Applies to every page the application may ever make. */
export function lockDownApp(): void {
  app.on("web-contents-created", (_event, contents) => lockDownContents(contents));
}
