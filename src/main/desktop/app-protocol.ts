import { readFile } from "node:fs/promises";
import path from "node:path";
import { protocol } from "electron";
import { isInside } from "../lib/paths.ts";

/** Origin of the window's page. */
export const appOrigin = "app://ui";

/** Content security policy of every answer: nothing but our own files, no inline script, no eval, no remote picture, no markup that was not looked at. */
const policy = [
  "default-src 'none'",
  // WebAssembly: the highlighter of diffs.
  "script-src 'self' 'wasm-unsafe-eval'",
  // @pierre/diffs draws lines with style attributes and puts style elements into its shadow roots. With no remote
  // address allowed anywhere, a style cannot carry anything out.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  // The one policy is renderer/trusted-markup.ts.
  "trusted-types default",
  "require-trusted-types-for 'script'",
].join("; ");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
};

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
      const type = types[path.extname(file)] ?? "application/octet-stream";
      return new Response(new Uint8Array(body), {
        headers: {
          "content-type": type,
          "content-security-policy": policy,
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
        },
      });
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
