import { SpindleError } from "../../protocol/error.ts";
import type { OpenedFile, ProjectDiff, ProjectInfo } from "../../protocol/ipc.ts";
import type { Engine } from "../engine.ts";
import { createProjectPaths } from "../engine/project-paths.ts";
import { attachmentHandlers } from "./attachment-handlers.ts";
import { authorityHandlers } from "./authority-handlers.ts";
import { taskHandlers } from "./task-handlers.ts";
import type { Handlers } from "./serve-calls.ts";
import type { TerminalDesk } from "./terminal-desk.ts";

/** What the handlers need from the window they serve. */
export interface WindowPort {
  readonly version: string;
  project(): ProjectInfo | null;
  setProject(project: ProjectInfo): void;
  /** The open project, with something else known about it. */
  changeProject(project: ProjectInfo): void;
  /** The working tree of the open project against its last commit. */
  diff(): Promise<ProjectDiff | null>;
  /** The conversation that is on screen; its row is never unread. */
  setShown(conversationId: string): void;
  isUnread(conversationId: string): boolean;
  pushRows(): void;
  pushSettings(): void;
  pickFolder(): Promise<string | null>;
  /** Makes a copy of the sample project; null when the person chose no place. */
  makeDemo(where: "pick" | "temporary"): Promise<string | null>;
  pickFiles(): Promise<readonly string[]>;
  readonly terminals: TerminalDesk["handlers"];
  showFile(file: string): void;
  /** Asks the person, then opens the link in their browser. */
  openLink(url: string): Promise<boolean>;
  /** Shows the application's menu at a place of the page. */
  showMenu(at: { readonly x: number; readonly y: number }): void;
  /** Opens a file in the person's editor; see `open-file.ts` for which ones and what it throws. */
  openFile(path: string, line: number | null): Promise<OpenedFile>;
}

/** Everything a window can ask for, over the engine. */
export function createHandlers(engine: Engine, window: WindowPort): Handlers {
  const project = (): ProjectInfo => {
    const open = window.project();
    if (open === null) throw new SpindleError("bad_request", "No project is open.", { hint: "Open a folder first." });
    return open;
  };
  const rows = () => {
    const open = window.project();
    return open === null ? [] : engine.rows(open.root).map((row) => ({ ...row, unread: window.isUnread(row.id) }));
  };
  const openFolder = async (root: string): Promise<ProjectInfo> => {
    const opened = await engine.openProject(root);
    window.setProject(opened);
    return opened;
  };
  return {
    ...window.terminals,
    "app.state": () => engine.appState(window.project(), window.version),
    "project.pick": async () => {
      const folder = await window.pickFolder();
      return folder === null ? null : openFolder(folder);
    },
    "project.open": ({ root }) => openFolder(root),
    "project.demo": async ({ where }) => {
      const root = await window.makeDemo(where);
      if (root === null) return null;
      // Nobody but Spindle wrote what is in it.
      engine.authority.projects.setTrusted(root, true);
      return openFolder(root);
    },
    "project.diff": () => window.diff(),
    "conversations.list": rows,
    "conversations.create": () => {
      const conversation = engine.conversations.create(project().root);
      window.pushRows();
      return engine.rowOf(conversation);
    },
    "conversations.events": ({ id, beforeSeq, limit = 5_000 }) => {
      const all = engine.look(id);
      const older = beforeSeq === undefined ? all : all.filter((event) => event.seq < beforeSeq);
      return { events: older.slice(-limit), lastSeq: all.at(-1)?.seq ?? 0, more: older.length > limit };
    },
    "conversations.send": async ({ id, text, attachments }) => {
      const conversation = engine.conversations.open(id);
      const { turnId } = conversation.send(text, await engine.pasted.adopt(id, attachments));
      await engine.pasted.sent(attachments);
      window.pushRows();
      return { turnId };
    },
    "conversations.stop": async ({ id }) => ({ stopped: (await engine.conversations.opened(id)?.stop()) ?? false }),
    "conversations.rename": ({ id, title }) => {
      engine.conversations.open(id).emit({ type: "conversation_renamed", title });
      window.pushRows();
      return null;
    },
    "conversations.delete": async ({ id }) => {
      await engine.deleteConversation(id);
      window.pushRows();
      return null;
    },
    "conversations.show": ({ id }) => {
      window.setShown(id);
      window.pushRows();
      return null;
    },
    "conversations.export": ({ id, format }) => ({ text: engine.transcript(id, format) }),
    "conversations.raw": async ({ id }) => ({ text: await engine.raw(id) }),
    "changes.undo": ({ id, ...request }) => engine.undo(id, request),
    "changes.reject": ({ id, ...request }) => engine.rejectHunks(id, request),
    "changes.mark": ({ id, accepted, hunks }) => {
      engine.conversations.open(id).emit({ type: "hunks_marked", accepted, hunks });
      return null;
    },
    "changes.texts": async ({ id, hashes }) => ({ texts: await engine.patchTexts(id, hashes) }),
    "approvals.answer": ({ id, answer, ...named }) => {
      engine.approvals.answer(id, named, answer);
      return null;
    },
    ...authorityHandlers(engine, { project, setProject: (opened) => window.changeProject(opened) }),
    "calls.background": ({ id, callId }) => ({ taskId: engine.background.move(id, callId).taskId }),
    ...taskHandlers(engine, window),
    "settings.update": async ({ settings, plainKeys }) => {
      const saved = await engine.settings.update(settings, plainKeys);
      window.pushSettings();
      return saved;
    },
    "settings.show": () => {
      window.showFile(engine.settingsFile);
      return null;
    },
    ...attachmentHandlers({ paths: createProjectPaths(), pasted: engine.pasted }, { project, pickFiles: () => window.pickFiles() }),
    "window.menu": (at) => {
      window.showMenu(at);
      return null;
    },
    "files.open": ({ path, line }) => window.openFile(path, line ?? null),
    "scripts.open": async ({ id, callId }) => window.openFile(await engine.saveScript(id, callId), null),
    "links.open": async ({ url }) => ({ opened: await window.openLink(url) }),
  };
}
