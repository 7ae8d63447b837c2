import { app, type Session, type WebContents } from "electron";
import { appOrigin } from "./app-protocol.ts";

/** The one permission a page gets: to put plain text on the clipboard, which every copy button does. Reading it stays denied. */
const given = "clipboard-sanitized-write";

/** Takes from a session what the window never needs: permissions (but one), devices, downloads, any request that is not our own. */
export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === given));
  session.setPermissionCheckHandler((_contents, permission) => permission === given);
  session.setDevicePermissionHandler(() => false);
  session.on("will-download", (event) => event.preventDefault());
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = ["app:", "devtools:", "data:", "blob:"].includes(new URL(details.url).protocol);
    answer({ cancel: !allowed });
  });
}

/** Takes names and direct connections from every page: what neither a request rule nor a content policy sees. Before the application is ready. */
export function lockDownNetwork(): void {
  // A look-up alone (dns-prefetch, preconnect) tells somebody a name. Models are asked from main, which has its own resolver.
  app.commandLine.appendSwitch("host-resolver-rules", "MAP * ~NOTFOUND");
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
  contents.setWebRTCIPHandlingPolicy("disable_non_proxied_udp");
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Applies to every page the application may ever make. */
export function lockDownApp(): void {
  app.on("web-contents-created", (_event, contents) => lockDownContents(contents));
}
