#!/usr/bin/env node
// The command line: the same engine as the window, on plain Node. See `spindle --help`.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const cli = join(dirname(dirname(fileURLToPath(import.meta.url))), "out", "main", "cli.cjs");
if (existsSync(cli)) {
  await import(pathToFileURL(cli).href);
} else {
  process.stderr.write("spindle: the application is not built. Run: npm run build\n");
  process.exitCode = 2;
}
