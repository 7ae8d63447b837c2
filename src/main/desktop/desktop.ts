import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type BrowserWindow, dialog, Menu, nativeTheme, shell } from "electron";
import type { EventType } from "../../protocol/event.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { Engine } from "../engine.ts";
import type { Git } from "../engine/git.ts";
import { secrets } from "../engine/secrets.ts";
import { createBatch } from "../lib/batch.ts";
import { createAttention } from "./attention.ts";
import { createHandlers } from "./handlers.ts";
import type { WindowLink } from "./ipc.ts";
import { createNotifier } from "./notifier.ts";
import { copyDemoProject } from "./demo-project.ts";
import { createFileOpener } from "./open-file.ts";
import { openLink } from "./open-link.ts";
import { reloadWhenGone } from "./page-gone.ts";
import { personEnvironment } from "./person-shell.ts";
import { createProjectStatus, statusEvents } from "./project-status.ts";
import { showFile } from "./show-file.ts";
import { createTaskFeed } from "./task-feed.ts";
import { shownTask } from "./task-rows.ts";
import { createTerminalDesk, type StartTerminals } from "./terminal-desk.ts";
import { followLook } from "./window.ts";

export interface DesktopOptions {
  readonly engine: Engine;
  readonly git: Git;
  readonly window: BrowserWindow;
  readonly link: WindowLink;
  /** Settles when the page has loaded; it loads while the engine is still being prepared. */
  readonly loaded: Promise<void>;
  readonly version: string;
  /** Where the application itself is. */
  readonly appFolder: string;
  /** The data folder. */
  readonly home: string;
  readonly project: ProjectInfo | null;
  /** The application's own environment, of which the person's terminals get what is theirs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly startTerminals: StartTerminals;
  /** Write a picture of the window here once it has painted (used where there is no screen). */
  readonly screenshotFile: string | null;
}

/** Events after which a row of the sidebar looks different. */
const rowEvents: ReadonlySet<EventType> = new Set<EventType>([
  "user_message",
  "turn_started",
  "turn_finished",
  "turn_failed",
  "patch_applied",
  "patch_reverted",
  "approval_requested",
  "approval_answered",
  "conversation_renamed",
]);

/** Opens the window on the engine and keeps it told: events, rows and tasks, each at most once per 16 ms. */
export function openDesktop(options: DesktopOptions): {
  setProject(project: ProjectInfo): void;
  close(): void;
} {
  const { engine, git, window, link } = options;
  let project = options.project;
  let shown: string | null = null;
  const unread = new Set<string>();
  nativeTheme.themeSource = engine.settings.get().theme;
  const look = followLook(window, () => ({ zoom: engine.settings.get().appearance.zoom, ground: project === null ? "canvas" : "panel" }));
  let closing = false;
  window.on("close", (event) => {
    const working = closing ? [] : engine.working();
    if (working.length === 0) return;
    event.preventDefault();
    void confirmClose(window, working).then((yes) => {
      if (!yes) return;
      closing = true;
      window.close();
    });
  });
  const terminals = createTerminalDesk({
    start: options.startTerminals,
    push: (push) => link.push("terminal", push),
    project: () => project,
    env: options.env,
    secrets: () => secrets(engine.settings.get(), options.env),
    version: options.version,
    onError: (error) => engine.logger.error("The terminals could not be closed", error),
  });
  // A page that is loaded anew, or is gone, knows nothing of its terminals any more.
  window.webContents.on("did-navigate", terminals.closeAll);
  window.webContents.on("render-process-gone", terminals.closeAll);
  reloadWhenGone(window, engine.logger);
  const setProject = (opened: ProjectInfo): void => {
    project = opened;
    shown = null;
    look.changed();
    link.push("project", opened);
    rows.add(null);
    status.ask();
  };
  const changeProject = (changed: ProjectInfo): void => {
    project = changed;
    link.push("project", changed);
  };
  const status = createProjectStatus({ git, logger: engine.logger, project: () => project, changed: changeProject, waitMs: 500 });
  window.on("focus", status.ask);
  const pickFolder = async (title: string): Promise<string | null> => {
    const picked = await dialog.showOpenDialog(window, { title, properties: ["openDirectory", "createDirectory"] });
    return picked.canceled ? null : (picked.filePaths[0] ?? null);
  };
  const handlers = createHandlers(engine, {
    version: options.version,
    project: () => project,
    setProject,
    changeProject(changed) {
      changeProject(changed);
      status.ask();
    },
    diff: () => (project === null ? Promise.resolve(null) : git.diff(project.root)),
    setShown(id) {
      shown = id;
      unread.delete(id);
    },
    isUnread: (id) => unread.has(id),
    pushRows: () => rows.add(null),
    pushSettings() {
      const settings = engine.settings.forWindow();
      nativeTheme.themeSource = settings.theme;
      window.webContents.setZoomFactor(settings.appearance.zoom);
      look.changed();
      link.push("settings", settings);
    },
    pickFolder: () => pickFolder("Open a project folder"),
    async makeDemo(where) {
      const parent = where === "pick" ? await pickFolder("Where shall the folder of the Demo be made?") : null;
      return where === "pick" && parent === null ? null : copyDemoProject(options.appFolder, parent);
    },
    async pickFiles() {
      const picked = await dialog.showOpenDialog(window, {
        title: "Attach files",
        properties: ["openFile", "multiSelections"],
        ...(project === null ? {} : { defaultPath: project.root }),
      });
      return picked.canceled ? [] : picked.filePaths;
    },
    terminals: terminals.handlers,
    openLink: (url) => openLink(window, url),
    showFile,
    showMenu({ x, y }) {
      const { zoom } = engine.settings.get().appearance;
      Menu.getApplicationMenu()?.popup({ window, x: Math.round(x * zoom), y: Math.round(y * zoom) });
    },
    openFile: createFileOpener({
      home: options.home,
      project: () => project,
      editor: () => engine.settings.get().editor,
      env: () => personEnvironment(options.env, secrets(engine.settings.get(), options.env), options.version),
      openPath: (file) => shell.openPath(file),
      showInFolder: (file) => shell.showItemInFolder(file),
    }),
  });
  link.serve(handlers, engine.logger);

  const rows = createBatch<null>(50, () => {
    if (project !== null) {
      const list = engine.rows(project.root).map((row) => ({ ...row, unread: unread.has(row.id) }));
      link.push("conversations", { projectRoot: project.root, rows: list });
    }
    link.push("harness", engine.harness.info());
  });
  const tasks = createTaskFeed({
    rows: engine.tasks.rows,
    shown: (row) => shownTask(engine, row),
    push: (push) => link.push("tasks", push),
  });
  const notifier = createNotifier(window, (need) => link.push("attention", { type: "show", need }));
  const attention = createAttention(engine, () => engine.settings.get().notifications, {
    ...notifier,
    sound: (kind) => link.push("attention", { type: "sound", kind }),
  });
  window.on("focus", attention.focused);
  // Leases come and go without an event of their own; a quiet look twice a second costs nothing when nothing changed.
  let lastHarness = "";
  const harnessLook = setInterval(() => {
    const info = engine.harness.info();
    const text = JSON.stringify(info);
    if (text !== lastHarness) link.push("harness", info);
    lastHarness = text;
  }, 500);
  const unsubscribe = [
    engine.onEvent((event) => {
      link.push("event", event);
      attention.event(event);
      if (rowEvents.has(event.type)) rows.add(null);
      if (statusEvents.has(event.type)) status.ask();
      if ((event.type === "turn_finished" || event.type === "turn_failed") && event.conversationId !== shown)
        unread.add(event.conversationId);
    }),
    engine.onTask((task) => {
      tasks.add(task);
      attention.task(task);
    }),
  ];

  void options.loaded.then(
    async () => {
      window.webContents.setZoomFactor(engine.settings.get().appearance.zoom);
      // Workers cost 100 to 300 ms of a core: they start once the person sees the window.
      setTimeout(() => engine.harness.prewarm(), 300);
      status.ask();
      if (options.screenshotFile !== null) await takePicture(window, options.screenshotFile);
    },
    (error: unknown) => engine.logger.error("The window's page could not be loaded", error),
  );

  return {
    setProject,
    close() {
      for (const stop of unsubscribe) stop();
      clearInterval(harnessLook);
      look.close();
      status.close();
      git.close();
      rows.close();
      tasks.close();
      attention.close();
      notifier.close();
      link.close();
    },
  };
}

/** Closing in the middle of work stops it: the person says so, or keeps working. */
async function confirmClose(window: BrowserWindow, working: readonly string[]): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: "question",
    message: working.length === 1 ? "Spindle is still at work" : `Spindle is still at work on ${working.length} things`,
    detail: `Closing stops: ${working.slice(0, 8).join("; ")}${working.length > 8 ? "; …" : ""}`,
    buttons: ["Keep working", "Stop and close"],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}

async function takePicture(window: BrowserWindow, file: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const picture = await window.webContents.capturePage();
  await writeFile(path.resolve(file), picture.toPNG());
}
