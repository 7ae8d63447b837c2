// Stands in for Electron's default app, which the stand-in lacks: makes `electron <path> …` load the application at
// <path>. Copied to resources/app/main.js of the stand-in. It must `require` (not `import()`) the application: only
// then does the application run before `ready`, which registering privileged schemes needs.
const { app } = require("electron");
const { readFileSync, statSync } = require("node:fs");
const { dirname, join, resolve } = require("node:path");

const given = process.argv.slice(1).find((argument) => !argument.startsWith("-"));
if (given === undefined) {
  process.stderr.write("usage: electron <folder or file of an application>\n");
  process.exit(64);
}

const path = resolve(given);
const folder = statSync(path).isDirectory() ? path : dirname(path);
let about = {};
try {
  about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
} catch (error) {
  if (folder === path) throw error;
}
app.setName(about.productName ?? about.name ?? "Electron");
if (about.version !== undefined) app.setVersion(about.version);
app.setAppPath(folder);
process.defaultApp = true;
require(folder === path ? join(folder, about.main ?? "index.js") : path);
