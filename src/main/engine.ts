import path from "node:path";
import { SpindleError } from "../protocol/error.ts";
import type { SpindleEvent } from "../protocol/event.ts";
import type { AppState, ConversationRow, ProjectInfo, ProviderInfo } from "../protocol/ipc.ts";
import type { Settings } from "../protocol/settings.ts";
import type { TaskRow } from "../protocol/task.ts";
import type { RejectRequest, RejectResult } from "../protocol/review.ts";
import type { UndoResult } from "../protocol/undo.ts";
import { rawRequest } from "./agent/raw-request.ts";
import type { Conversation } from "./conversations/conversation.ts";
import { type ConversationStore, createConversationStore } from "./conversations/store.ts";
import { transcriptMarkdown } from "./conversations/transcript.ts";
import type { ApprovalDesk } from "./engine/approval-desk.ts";
import { type Authority, type AuthorityOptions, openAuthority } from "./engine/authority.ts";
import { type Background, createBackground } from "./engine/background.ts";
import { createCommandWatch } from "./engine/command-watch.ts";
import { createFanOut } from "./engine/fan-out.ts";
import type { LateAnswers } from "./engine/late-answers.ts";
import { patchTexts } from "./engine/patch-texts.ts";
import { createTaskDesk } from "./engine/task-desk.ts";
import { providerInfos } from "./engine/provider-infos.ts";
import { createProviderShelf } from "./engine/provider-shelf.ts";
import { openJournalDesk } from "./engine/journal-desk.ts";
import { createKeyedSettings, type KeyedSettings } from "./engine/keyed-settings.ts";
import { createOutputFiles } from "./engine/output-files.ts";
import { createPastedFiles, type PastedFiles } from "./engine/pasted-files.ts";
import { createReadGrants } from "./engine/read-grants.ts";
import { saveScript } from "./engine/script-file.ts";
import { createScriptStores } from "./engine/script-stores.ts";
import { type CallParts, type CallScene, runCall } from "./engine/tool-context.ts";
import { secrets } from "./engine/secrets.ts";
import { requestMessages, setUpTurn } from "./engine/turn-setup.ts";
import type { UndoRequest } from "./engine/undo.ts";
import { workingTitles } from "./engine/working-titles.ts";
import { createHarness } from "./harness/create-harness.ts";
import type { Harness } from "./harness/harness.ts";
import { createLogger, type Logger } from "./lib/logger.ts";
import { createRedactor, type Redactor } from "./lib/redact.ts";
import { openProject } from "./project/project.ts";
import type { Provider } from "./providers/provider.ts";
import type { Runner } from "./runner/runner.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { openRecents, type Recents } from "./settings/data-folder.ts";
import { openKeyVault, type KeyVault } from "./settings/key-vault.ts";
import { openSettings } from "./settings/settings.ts";
import { settingsForWindow } from "./settings/window-settings.ts";
import { createShellInspector, type ShellFiles } from "./shell/inspect.ts";
import type { TaskManager } from "./tasks/task-manager.ts";
import { createApplyPatchTool } from "./tools/apply-patch/tool.ts";
import type { GateCall, GateOutcome } from "./tools/dispatch.ts";
import { createExecTool } from "./tools/exec.ts";
import { grepFilesTool } from "./tools/grep-files.ts";
import { listDirTool } from "./tools/list-dir.ts";
import { readFileTool } from "./tools/read-file.ts";
import { createRegistry } from "./tools/registry.ts";
import { createScriptTool } from "./tools/script/tool.ts";
import { createSpawnTool } from "./tools/spawn.ts";
import { taskTool } from "./tools/task.ts";
import type { Tool } from "./tools/tool.ts";

/** Workers for scripts beyond those of running tasks: half for tasks that wait for tasks, half for conversations. */
const spareWorkers = 8;

/** Home is the data folder; who answers approvals, which folders are trusted. */
export interface EngineOptions extends AuthorityOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Built worker entry and QuickJS's wasm. */
  readonly workerFile: string;
  readonly wasmFile: string;
  /** What reads commands; loaded with the first one. */
  readonly shellFiles: ShellFiles;
  readonly runner: Runner;
  readonly sandbox: Sandbox;
  /** True when a finished task may start a turn by itself. */
  readonly wake: boolean;
  /** Changes to the settings for this process only (command line flags). */
  readonly override?: (settings: Settings) => Settings;
  /** For tests: a provider instead of the configured one. */
  readonly provider?: Provider;
}

/** The house with its ports wired: used alike by the desktop application, the command line, tests and benchmarks. */
export interface Engine {
  readonly settings: KeyedSettings;
  /** Path of settings.json; it is not there before something is saved. */
  readonly settingsFile: string;
  /** Keys of providers that are kept outside settings.json. */
  readonly vault: KeyVault;
  readonly recents: Recents;
  readonly conversations: ConversationStore;
  readonly tasks: TaskManager;
  /** Answers that came after their time-out, for a person to decide. */
  readonly late: LateAnswers;
  readonly harness: Harness;
  readonly approvals: ApprovalDesk;
  readonly authority: Authority;
  readonly background: Background;
  readonly pasted: PastedFiles;
  readonly logger: Logger;
  /** Titles of conversations whose turn runs, and of tasks that are not over: what closing would stop. */
  working(): readonly string[];
  /** Every event of every open conversation. */
  onEvent(listener: (event: SpindleEvent) => void): () => void;
  /** Called when a task's row changed. */
  onTask(listener: (task: TaskRow) => void): () => void;
  rowOf(conversation: Conversation): ConversationRow;
  rows(projectRoot: string): readonly ConversationRow[];
  providers(): readonly ProviderInfo[];
  appState(project: ProjectInfo | null, version: string): AppState;
  /** Opens a folder and remembers it. Throws `not_found`, `not_a_folder` or `permission_denied`. */
  openProject(folder: string): Promise<ProjectInfo>;
  /** Events for a window. Opens the conversation where that is possible, so that a turn whose process died is ended first. */
  look(conversationId: string): readonly SpindleEvent[];
  /** Stops its turn and its tasks, then removes the conversation with its log. */
  deleteConversation(conversationId: string): Promise<void>;
  /** Replaces secrets in a text; for output that passes by the logs. */
  readonly redact: Redactor;
  /** Resolves when the changes of commands that ended were told. */
  settled(): Promise<void>;
  /** Undoes or redoes changes of files; see `engine/undo.ts` for what it promises and throws. Also `conversation_busy`. */
  undo(conversationId: string, request: UndoRequest): Promise<UndoResult>;
  /** Takes hunks of patches back; see `engine/reject-hunks.ts`. Also `conversation_busy`. */
  rejectHunks(conversationId: string, request: RejectRequest): Promise<RejectResult>;
  /** Old and new texts that its patches name; see `engine/patch-texts.ts`. */
  patchTexts(conversationId: string, hashes: readonly string[]): Promise<(string | null)[]>;
  /** Writes the source of a script into a file for an editor; see `engine/script-file.ts`. */
  saveScript(conversationId: string, callId: string): Promise<string>;
  transcript(conversationId: string, format: "markdown" | "json"): string;
  /** The next request's messages as text. */
  raw(conversationId: string): Promise<string>;
  /** One call through the gate outside a conversation (`spindle run`). */
  call(
    call: GateCall,
    scene: Omit<CallScene, "settings" | "approval" | "sandboxLevel" | "saveOutput">,
    signal: AbortSignal,
  ): Promise<GateOutcome>;
  close(): Promise<void>;
}

/** Wires the house. Starts nothing that costs time: workers begin with `harness.prewarm()` or the first script. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const settingsFile = openSettings(options.home);
  const vault = openKeyVault(options.home);
  const keyed = createKeyedSettings(settingsFile, vault);
  const effective = (): Settings => (options.override ?? ((settings) => settings))(keyed.get());
  const redact = createRedactor(() => secrets(effective(), options.env));
  const logger = createLogger(options.home, redact);
  const watch = createCommandWatch();
  const changes = await openJournalDesk(options.home, logger, watch);

  const { workers, extraWorkers, memoryMb } = effective().script;
  // A script that waits for a task keeps its worker: there must be more of them than such scripts, or all would wait for ever.
  const scriptWorkers = effective().maxRunningTasks + spareWorkers;
  const harness = createHarness({
    workerFile: options.workerFile,
    wasmFile: options.wasmFile,
    ...(workers === 0 ? {} : { workers }),
    extraWorkers: Math.max(extraWorkers, scriptWorkers - workers),
    memoryMb,
  });
  const authority = openAuthority(options);
  const approvals = authority.desk;
  const eventListeners = new Set<(event: SpindleEvent) => void>();
  const taskListeners = new Set<(task: TaskRow) => void>();

  const applyPatch = createApplyPatchTool(changes);
  const inspector = createShellInspector(options.shellFiles);
  const execTool = createExecTool({ inspector, applyPatch });
  const tools = createRegistry([
    createScriptTool(),
    readFileTool,
    listDirTool,
    grepFilesTool,
    applyPatch,
    execTool,
    createSpawnTool({ inspector, applyPatch }),
    taskTool,
  ] as readonly Tool[]);

  const provider = createProviderShelf((id) => effective().providers[id], options);

  const conversationsFolder = path.join(options.home, "conversations");
  const scriptStores = createScriptStores(conversationsFolder, logger);
  const outputs = createOutputFiles({ conversations: conversationsFolder, redact });

  const scene = (conversation: Conversation, turnId: string): CallScene => {
    const settings = effective();
    return desk.narrow({
      conversationId: conversation.id,
      turnId,
      projectRoot: conversation.projectRoot,
      events: conversation.events,
      approval: settings.approval,
      sandboxLevel: settings.sandbox,
      settings,
      scriptStore: scriptStores.of(conversation.id),
      readGrants: createReadGrants(conversation.events, [outputs.folder(conversation.id)]),
      saveOutput: (callId, text) => outputs.save(conversation.id, callId, text),
      emit: (event) => void conversation.emit(event),
    });
  };

  const fanOut = createFanOut(approvals, () => tasks.rows());
  const parts: CallParts = {
    gate: {
      tools,
      now: Date.now,
      ...authority.gate,
      async authorize(call, effect, ctx) {
        await fanOut.admit(call, ctx);
        return authority.gate.authorize(call, effect, ctx);
      },
    },
    runner: options.runner,
    sandbox: options.sandbox,
    reachOf: authority.reachOf,
    isTrusted: authority.isTrusted,
    harness,
    watch,
    repositories: authority.repositories,
    background: createBackground(() => tasks),
    openTasks: () => tasks.open(),
    spawnTask: (...spawn) => desk.spawnTask(...spawn),
    tasksOf: (from) => desk.tasksOf(from),
  };

  const store = createConversationStore({
    folder: conversationsFolder,
    redact,
    now: Date.now,
    setUpTurn(start) {
      desk.deliverTo(start.conversation);
      return setUpTurn(start, {
        tools,
        parts,
        providerOf: desk.providerOf,
        sceneOf: ({ conversation, turnId }) => scene(conversation, turnId),
      });
    },
    onOpen(conversation) {
      conversation.subscribe((event) => {
        if (event.type === "request_started") for (const taskId of event.taskIds) tasks.markDelivery(taskId, "seen");
        if (event.type === "patch_reverted" || (event.type === "patch_applied" && event.takenBack !== undefined))
          watch.sees({ projectRoot: conversation.projectRoot, conversationId: conversation.id }, event);
        for (const listener of eventListeners) listener(event);
      });
      changes.opened(conversation);
    },
    onTurnEnd: () => undefined,
  });

  const desk = createTaskDesk({
    home: options.home,
    settings: effective,
    redact,
    logger,
    audience: options.audience,
    wake: options.wake,
    store: () => store,
    parts: () => parts,
    execTool,
    authorizeStart: authority.authorizeStart,
    provider: () => provider(effective().provider),
    // The rest is for scripts of the person's conversations.
    scriptPlaces: scriptWorkers - spareWorkers / 2,
    sceneOf: (conversation) => scene(conversation, "t0"),
    onTask(task) {
      for (const listener of taskListeners) listener(task);
    },
  });
  const { tasks, late } = desk;
  desk.start();

  const rowOf = (conversation: Conversation): ConversationRow => {
    const found = store.rows().find(({ row }) => row.id === conversation.id);
    if (found === undefined) throw new SpindleError("conversation_not_found", `There is no conversation ${conversation.id}.`);
    return liveRow(found.row);
  };
  const liveRow = (row: ConversationRow): ConversationRow => {
    const open = store.opened(row.id);
    if (approvals.pending(row.id).length > 0) return { ...row, status: "needs_you" };
    return open?.isRunning() === true ? { ...row, status: "running" } : row;
  };

  const engine: Engine = {
    settings: keyed,
    settingsFile: path.join(options.home, "settings.json"),
    vault,
    recents: openRecents(options.home),
    conversations: store,
    tasks,
    late,
    harness,
    approvals,
    authority,
    background: parts.background,
    pasted: createPastedFiles({ home: options.home, redact }),
    logger,
    working: () => workingTitles(store, tasks),
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onTask(listener) {
      taskListeners.add(listener);
      return () => taskListeners.delete(listener);
    },
    rowOf,
    rows: (projectRoot) =>
      store
        .rows()
        .filter((folded) => folded.projectRoot === projectRoot && folded.parentTaskId === null)
        .map(({ row }) => liveRow(row)),
    providers: () => providerInfos({ provider, settings: effective(), vault, env: options.env }),
    appState: (project, version) => ({
      version,
      platform: process.platform,
      project,
      recents: engine.recents.list(),
      settings: settingsForWindow(effective()),
      settingsFile: engine.settingsFile,
      keys: keyed.keyInfo(),
      providers: engine.providers(),
      sandbox: options.sandbox.info,
      harness: harness.info(),
    }),
    async openProject(folder) {
      const opened = await openProject(folder);
      engine.recents.add(opened.root);
      return authority.describe(opened);
    },
    look(conversationId) {
      try {
        return store.open(conversationId).events;
      } catch (error) {
        if (error instanceof SpindleError && error.code === "conversation_busy") return store.read(conversationId);
        throw error;
      }
    },
    async deleteConversation(conversationId) {
      const own = tasks.rows().filter((task) => task.conversationId === conversationId);
      await Promise.all(own.map((task) => tasks.cancel(task.taskId)));
      for (const task of own) tasks.markDelivery(task.taskId, "seen");
      await store.delete(conversationId);
      await changes.forget(conversationId);
      scriptStores.forget(conversationId);
      approvals.forget(conversationId);
    },
    redact,
    settled: () => watch.settled(),
    undo: (conversationId, request) =>
      store.exists(conversationId) ? changes.undo(store.open(conversationId), request) : changes.undoUnlogged(conversationId, request),
    rejectHunks: (conversationId, request) => changes.reject(store.open(conversationId), request, redact),
    async patchTexts(conversationId, hashes) {
      const texts = await patchTexts(conversationId, hashes, changes.journal);
      return texts.map((text) => (text === null ? null : redact(text)));
    },
    saveScript: (id, callId) => saveScript(store.read(id), outputs, id, callId),
    transcript(conversationId, format) {
      const events = store.read(conversationId);
      return format === "json" ? JSON.stringify(events, null, 1) : transcriptMarkdown(conversationId, events);
    },
    async raw(conversationId) {
      const events = store.read(conversationId);
      const settings = effective();
      const folded = store.rows().find(({ row }) => row.id === conversationId);
      const view = {
        events,
        projectRoot: folded?.projectRoot ?? "",
        approval: settings.approval,
        sandboxLevel: settings.sandbox,
        settings,
        conversationId,
        turnId: "t0",
        scriptStore: scriptStores.of(conversationId),
        readGrants: () => [],
        saveOutput: () => Promise.resolve(null),
        emit: () => undefined,
      };
      return rawRequest(await requestMessages(view, parts));
    },
    async call(call, from, signal) {
      const settings = effective();
      const saveOutput = () => Promise.resolve(null);
      const full: CallScene = { ...from, settings, approval: settings.approval, sandboxLevel: settings.sandbox, saveOutput };
      desk.addLooseScene(full);
      return runCall(call, full, parts, signal);
    },
    async close() {
      await desk.close();
      await Promise.all([changes.close(), watch.settled()]);
      await store.close();
      await harness.close();
      await inspector.close();
      await options.runner.close();
    },
  };
  return engine;
}
