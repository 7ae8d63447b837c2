// Where things are. Nothing here touches the disk.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What set-up remembers about this checkout; removed with `out`. */
export const stateDir = join(root, "out", ".setup");

/** What is shared between checkouts and survives `rm -rf node_modules out`. */
export const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "spindle");
