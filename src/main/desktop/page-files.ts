import path from "node:path";

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

/** The headers a file of the page is sent with. */
export function pageHeaders(file: string): Readonly<Record<string, string>> {
  return {
    "content-type": types[path.extname(file)] ?? "application/octet-stream",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
}
