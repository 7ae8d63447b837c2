import { readFile } from "node:fs/promises";
import path from "node:path";
import { protocol } from "electron";
import { isInside } from "../lib/paths.ts";
import { pageHeaders } from "./page-files.ts";

/** Origin of the window's page. */
export const appOrigin = "app://ui";

/** Must run before the application is ready, synchronously with the loading of the entry. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves `app://ui/…` from the built renderer; anything else, or a path that leaves the folder, is refused. */
export function serveApp(folder: string): void {
  protocol.handle("app", async (request) => {
    const url = new URL(request.url);
    if (url.host !== "ui") return new Response("Not here", { status: 403 });
    const file = fileOf(folder, url.pathname);
    if (file === null) return new Response("Not here", { status: 403 });
    try {
      const body = await readFile(file);
      return new Response(new Uint8Array(body), { headers: { ...pageHeaders(file) } });
    } catch {
      // Whatever the reason, the page asked for a file we do not have.
      return new Response("Not found", { status: 404 });
    }
  });
}

/** The file that an encoded path names; null for one that leaves the folder, and for what is no path. */
function fileOf(folder: string, encoded: string): string | null {
  try {
    const relative = decodeURIComponent(encoded);
    const file = path.resolve(folder, `.${relative === "/" ? "/index.html" : relative}`);
    return isInside(folder, file) && !relative.includes("\0") ? file : null;
  } catch {
    // A percent sign without two digits.
    return null;
  }
}
