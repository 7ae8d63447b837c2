import { readFileSync } from "node:fs";
import path from "node:path";

/** Version of the application, from its package.json. */
export function readVersion(appFolder: string): string {
  const value: unknown = JSON.parse(readFileSync(path.join(appFolder, "package.json"), "utf8"));
  return typeof value === "object" && value !== null && "version" in value && typeof value.version === "string" ? value.version : "0.0.0";
}
