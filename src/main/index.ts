import { writeFileSync } from "node:fs";
import path from "node:path";
import { app, BrowserWindow, dialog, Menu } from "electron";
import { toErrorData } from "../protocol/error.ts";
import { registerAppScheme, serveApp } from "./desktop/app-protocol.ts";
import { startBroker } from "./desktop/broker-process.ts";
import { openDesktop } from "./desktop/desktop.ts";
import { connectWindow } from "./desktop/ipc.ts";
import { menuTemplate } from "./desktop/menu-template.ts";
import { lockDownApp, lockDownNetwork, lockDownSession } from "./desktop/lock-down.ts";
import { systemCipher } from "./desktop/system-cipher.ts";
import { createWindow, loadPage } from "./desktop/window.ts";
import { createEngine } from "./engine.ts";
import { createGit } from "./engine/git.ts";
import { readVersion } from "./lib/version.ts";
import { openSandbox } from "./engine/open-sandbox.ts";
import { createBrokerLink } from "./runner/broker-link.ts";
import { createBrokerTerminals } from "./runner/broker-terminals.ts";
import { type OpenedFolder, openProject } from "./project/project.ts";
import { createBrokerRunner } from "./runner/broker-runner.ts";
import { dataFolder, makeDataFolder } from "./settings/data-folder.ts";
import { quickjsWasmFile, shellFiles } from "./wasm-file.ts";

registerAppScheme();
lockDownApp();
lockDownNetwork();
// As root Chromium's own sandbox cannot start; forcing it on would crash every child in a loop (measured).
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
const appFolder = path.resolve(__dirname, "../..");
const home = dataFolder(process.env);
if (!app.commandLine.hasSwitch("user-data-dir")) app.setPath("userData", path.join(home, "chromium"));

/** The folder named on the command line: the first word that is no flag, after the application's own path. */
function folderArgument(argv: readonly string[]): string | null {
  const words = argv.slice(1).filter((word) => !word.startsWith("-"));
  return words[process.defaultApp === true ? 1 : 0] ?? null;
}

/** Says it on standard error and in a dialog that blocks nothing, so that signals still end the process. */
async function tell(message: string, detail: string): Promise<void> {
  process.stderr.write(`spindle: ${message}: ${detail}\n`);
  await app.whenReady();
  await dialog.showMessageBox({ type: "error", message, detail, buttons: ["OK"] });
}

async function projectOf(argv: readonly string[], cwd: string): Promise<OpenedFolder | null> {
  const folder = folderArgument(argv);
  if (folder === null) return null;
  try {
    return await openProject(path.resolve(cwd, folder));
  } catch (error) {
    // Not waited for: a dialog nobody can see (a virtual display) must not hold up the start.
    void tell("The folder could not be opened", toErrorData(error).message);
    return null;
  }
}

/** Everything that needs no window; it is prepared while Electron itself still starts. */
async function prepare() {
  makeDataFolder(home);
  const broker = createBrokerLink(() => startBroker(path.join(__dirname, "broker.cjs")));
  const runner = createBrokerRunner(broker);
  const { sandbox, close: closeSandbox } = await openSandbox(home);
  const engine = await createEngine({
    home,
    env: process.env,
    workerFile: path.join(__dirname, "worker.cjs"),
    wasmFile: quickjsWasmFile(),
    shellFiles: shellFiles(__dirname),
    runner,
    sandbox,
    audience: "person",
    trust: "asked",
    wake: true,
  });
  const git = createGit({ runner, sandbox, isTrusted: engine.authority.isTrusted, env: process.env });
  return { engine, git, closeSandbox, broker };
}

async function main(): Promise<void> {
  const preparing = prepare();
  // Whoever waits for it below gets its error; without this it would count as unhandled until then.
  preparing.catch(() => undefined);
  await app.whenReady();
  serveApp(path.join(appFolder, "out/renderer"));
  const window = createWindow({ preloadFile: path.join(__dirname, "../preload/index.cjs"), packaged: app.isPackaged, home });
  lockDownSession(window.webContents.session);
  const readyFile = process.env["SPINDLE_READY_FILE"];
  if (readyFile !== undefined) window.once("ready-to-show", () => writeFileSync(readyFile, String(Date.now())));
  const link = connectWindow(window);
  const template = menuTemplate(process.platform, { packaged: app.isPackaged, run: (id) => link.push("command", { id }) });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  const loaded = loadPage(window);
  loaded.catch(() => undefined);
  const [{ engine, git, closeSandbox, broker }, project] = await Promise.all([preparing, projectOf(process.argv, process.cwd())]);
  const unread = await engine.vault.unlock(await systemCipher());
  if (unread.length > 0) engine.logger.error("Keys that could not be decrypted", unread.join(", "));
  if (project !== null) engine.recents.add(project.root);
  const desktop = openDesktop({
    engine,
    git,
    window,
    link,
    loaded,
    version: readVersion(appFolder),
    appFolder,
    home,
    project: project === null ? null : engine.authority.describe(project),
    env: process.env,
    startTerminals: (listener) => createBrokerTerminals(broker, listener),
    screenshotFile: process.env["SPINDLE_SCREENSHOT"] ?? null,
  });

  app.on("second-instance", (_event, argv, cwd) => {
    if (window.isMinimized()) window.restore();
    window.focus();
    void projectOf(argv, cwd).then((opened) => {
      if (opened !== null) desktop.setProject(engine.authority.describe(opened));
    });
  });
  let closed = false;
  app.on("before-quit", (event) => {
    if (closed) return;
    event.preventDefault();
    desktop.close();
    void engine
      .close()
      .catch((error: unknown) => engine.logger.error("Closing failed", error))
      .finally(() => {
        closeSandbox();
        closed = true;
        for (const open of BrowserWindow.getAllWindows()) open.destroy();
        app.quit();
      });
  });
  app.on("window-all-closed", () => app.quit());
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => app.quit());
if (!app.requestSingleInstanceLock()) {
  app.exit(0);
} else {
  main().catch((error: unknown) => {
    const data = toErrorData(error);
    void tell("Spindle could not start", `${data.message}\n${data.hint ?? ""}`).finally(() => app.exit(1));
  });
}
