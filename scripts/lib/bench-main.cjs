// Entry of the process a bench runs in: plain Node or Electron's main process, given this file. A process of its own keeps
// what set-up and bundling left in memory out of the figures. Its orders are JSON in SPINDLE_BENCH; figures go to a file,
// standard output carries where it is, one line each.
const { writeFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");

/** @typedef {import("./bench-run.mjs").Orders} Orders */

/** @param {Orders} orders */
async function measure({ bundle, figuresFile, electron, electronFlags, env }) {
  const { bench } = await import(pathToFileURL(bundle).href);
  /** @type {unknown[]} */
  const figures = [];
  await bench((/** @type {unknown} */ figure) => void figures.push(figure), {
    electron,
    electronFlags,
    env,
    progress: (/** @type {string} */ where) => void process.stdout.write(`${where}\n`),
  });
  writeFileSync(figuresFile, JSON.stringify(figures));
}

/** @param {(code: number) => void} exit */
function start(exit) {
  measure(JSON.parse(process.env["SPINDLE_BENCH"] ?? "{}")).then(
    () => exit(0),
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => exit(1));
    },
  );
}

if (process.versions["electron"] === undefined) start((code) => process.exit(code));
else {
  const { app } = require("electron");
  void app.whenReady().then(() => start((code) => app.exit(code)));
}
