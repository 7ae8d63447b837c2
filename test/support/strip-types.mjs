import { readFileSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * `node --import <this file> x.ts`: lets plain Node run the sources, for tests that need a process of their own. The
 * hooks below run in Node's loader thread, which imports this file a second time with `?hooks`.
 */
if (!import.meta.url.includes("?hooks")) register(`${import.meta.url}?hooks`);

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const { transformSync } = await import("oxc-transform");
  const file = fileURLToPath(url);
  const { code, errors } = transformSync(file, readFileSync(file, "utf8"), { lang: "ts" });
  if (errors.length > 0) throw new Error(errors[0].message);
  return { format: "module", source: code, shortCircuit: true };
}
