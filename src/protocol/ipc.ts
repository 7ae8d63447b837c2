import { z } from "zod";
import { approvalAnswerSchema } from "./approval.ts";
import { attachmentSchema, type Attachment } from "./attachment.ts";
import type { ErrorData } from "./error.ts";
import type { SpindleEvent } from "./event.ts";
import type { ConversationId, TaskId, TurnId } from "./ids.ts";
import type { Json } from "./json.ts";
import { type Rule, ruleDraftSchema } from "./rule.ts";
import type { AttentionKind, ProviderId, Reach, Settings } from "./settings.ts";
import { reaches, settingsSchema } from "./settings.ts";
import type { TaskChange, TaskNeed, TaskPush, TaskRow } from "./task.ts";
import { hunkMarkSchema, type RejectResult, rejectSchema } from "./review.ts";
import { type UndoResult, undoScopeSchema } from "./undo.ts";

/** The row of a conversation in the sidebar. */
export interface ConversationRow {
  readonly id: ConversationId;
  readonly title: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly status: "idle" | "running" | "needs_you" | "failed";
  /** True when a turn ended while the conversation was not shown. */
  readonly unread: boolean;
  readonly added: number;
  readonly removed: number;
}

/** Rows that are new or changed, and the project they are of: a push may come late. */
export interface ConversationsPush {
  readonly projectRoot: string;
  readonly rows: readonly ConversationRow[];
}

export interface ProjectInfo {
  readonly root: string;
  readonly name: string;
  /** Null when the folder is not a git repository (or git is missing). */
  readonly branch: string | null;
  /** Changed and new files, as `git status` counts them; null when git was not asked (no repository, not trusted, no sandbox) or did not answer. */
  readonly changes: number | null;
  /** False until the person said they trust the folder: nothing of it is run before. */
  readonly trusted: boolean;
  /** What commands in it may reach besides files. */
  readonly reach: Reach;
}

/** A unified diff in git's format, new files included. */
export interface ProjectDiff {
  readonly diff: string;
  /** True when files are missing at the end, because all together are longer than 4 MiB. */
  readonly truncated: boolean;
}

/** Files for `@`. `text` is null when the window has this list already. */
export interface ProjectPathsReply {
  readonly stamp: string;
  /** Paths relative to the project with `/`, NUL between them. */
  readonly text: string | null;
  /** False when the project has more files than are listed. */
  readonly complete: boolean;
}

export interface ProviderInfo {
  readonly id: ProviderId;
  readonly label: string;
  readonly model: string;
  /** Null when ready; otherwise the sentence that says what is missing. */
  readonly missing: string | null;
  /** Tokens its model reads at once: the setting, or what is known of the model; null when neither says. */
  readonly contextWindow: number | null;
  /** True when it answers without a network. */
  readonly isLocal: boolean;
}

/** What keeps commands in: shown as the badge. `landlock` keeps less in than `bubblewrap` (see docs/exec.md); `none` means every command asks. */
export interface SandboxInfo {
  readonly enforcer: "bubblewrap" | "landlock" | "seatbelt" | "none";
  readonly detail: string;
  /** What it can grant to commands besides files, beyond `nothing`. */
  readonly grants: readonly Reach[];
}

/** Where the keys of providers are: in settings.json, encrypted by the system's keyring, there but not to be opened, or in memory until Spindle ends. */
export interface KeyInfo {
  /** True when a new key can be encrypted. */
  readonly canEncrypt: boolean;
  readonly places: Readonly<Record<ProviderId, "file" | "keyring" | "locked" | "memory" | null>>;
}

export interface HarnessInfo {
  readonly workers: number;
  readonly busy: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

export interface AppState {
  readonly version: string;
  readonly platform: string;
  readonly project: ProjectInfo | null;
  readonly recents: readonly string[];
  readonly settings: Settings;
  /** Path of settings.json. */
  readonly settingsFile: string;
  readonly providers: readonly ProviderInfo[];
  readonly keys: KeyInfo;
  readonly sandbox: SandboxInfo;
  readonly harness: HarnessInfo;
}

/** What a file was opened by: the editor of the settings, the system's program, or only its folder, because opening it could run it. */
export interface OpenedFile {
  readonly by: "editor" | "system" | "folder";
}

export interface EventPage {
  readonly events: readonly SpindleEvent[];
  /** Sequence number of the last logged event; drop pushes up to it. */
  readonly lastSeq: number;
  /** True when older events exist. */
  readonly more: boolean;
}

/** What a terminal of the person tells its window. */
export type TerminalPush =
  | { readonly type: "output"; readonly id: string; readonly text: string }
  /** `exitCode` is 128+n after signal n. */
  | { readonly type: "ended"; readonly id: string; readonly exitCode: number; readonly signal: string | null };

/** Asks the window to play a sound, or to show what a clicked notification was about. */
export type AttentionPush = { readonly type: "sound"; readonly kind: AttentionKind } | { readonly type: "show"; readonly need: TaskNeed };

const columns = z.number().int().min(1).max(2_000);
const lines = z.number().int().min(1).max(2_000);
const id = z.string().regex(/^[a-z0-9_]{1,80}$/);
const none = z.strictObject({});
/** What a window may ask of main: name -> schema of the input. Results are typed in `CallResults`. */
export const calls = {
  "app.state": none,
  "project.pick": none,
  "project.open": z.strictObject({ root: z.string().min(1) }),
  /** Copies the sample project to a folder the person chooses, or a temporary one, and opens it as trusted; null when they chose none. */
  "project.demo": z.strictObject({ where: z.enum(["pick", "temporary"]) }),
  /** The files of the open folder for `@`; `known` is the stamp of the list the window has. */
  "project.paths": z.strictObject({ known: z.string().max(40).nullable() }),
  "conversations.list": none,
  "conversations.create": none,
  "conversations.events": z.strictObject({
    id,
    beforeSeq: z.number().int().min(1).optional(),
    limit: z.number().int().min(1).max(20_000).optional(),
  }),
  "conversations.send": z.strictObject({ id, text: z.string().max(1_000_000), attachments: z.array(attachmentSchema).max(100) }),
  "conversations.stop": z.strictObject({ id }),
  "conversations.rename": z.strictObject({ id, title: z.string().min(1).max(200) }),
  "conversations.delete": z.strictObject({ id }),
  /** Marks the conversation as the one shown (clears unread). */
  "conversations.show": z.strictObject({ id }),
  "conversations.export": z.strictObject({ id, format: z.enum(["markdown", "json"]) }),
  /** The messages of the next model request as they would be sent: the raw view. */
  "conversations.raw": z.strictObject({ id }),
  /** Undoes (redoes) changes of files; fails with `undo_conflict` and the lines when they changed since, unless forced. */
  "changes.undo": z.strictObject({ id, scope: undoScopeSchema, redo: z.boolean(), force: z.boolean() }),
  /** Old and new texts of patched files, by the names that `patch_applied` gives them. */
  "changes.texts": z.strictObject({ id, hashes: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(400) }),
  /** Takes hunks of patches back as a change of its own; fails with `undo_conflict` and the lines when they changed since. */
  "changes.reject": rejectSchema.extend({ id }),
  /** Keeps in the conversation that the person has accepted hunks, or not any more. */
  "changes.mark": z.strictObject({ id, accepted: z.boolean(), hunks: z.array(hunkMarkSchema).min(1).max(20_000) }),
  "approvals.answer": z.strictObject({ id, approvalId: z.string().min(1), hash: z.string(), answer: approvalAnswerSchema }),
  /** Rules about commands that hold in the open project: always, here, or in one of its conversations. */
  "rules.list": none,
  "rules.add": z.strictObject({ rule: ruleDraftSchema }),
  "rules.remove": z.strictObject({ ruleId: z.string().min(1) }),
  /** Says whether the open folder is trusted. */
  "project.trust": z.strictObject({ trusted: z.boolean() }),
  /** The working tree of the open folder against its last commit; null where git is not asked. */
  "project.diff": none,
  /** What commands in the open folder may reach besides files. */
  "project.reach": z.strictObject({ reach: z.enum(reaches) }),
  /** Moves a command that runs to the background: its call ends at once, the command goes on as a task. Fails with `not_found` when it does not run (any more). */
  "calls.background": z.strictObject({ id, callId: z.string().regex(/^c[0-9.]{1,80}$/) }),
  /** The tasks of the open project, or of all projects. */
  "tasks.list": z.strictObject({ scope: z.enum(["project", "all"]) }),
  /** One task, of whatever project. */
  "tasks.row": z.strictObject({ taskId: id }),
  /** What happened to a task so far, oldest first. */
  "tasks.history": z.strictObject({ taskId: id }),
  /** What waits for a person right now, in all projects: questions and late answers, oldest first. */
  "attention.list": none,
  "tasks.cancel": z.strictObject({ taskId: id }),
  /** What a task returned, whole: its row may have a head of it. */
  "tasks.result": z.strictObject({ taskId: id }),
  /** The kept output of a task (an exec's output, an agent's or ask's text): from a byte on, or its last 1 MiB. */
  "tasks.output": z.strictObject({ taskId: id, offset: z.number().int().min(0).optional() }),
  /** Runs a task that is over and did not succeed again from the start. */
  "tasks.retry": z.strictObject({ taskId: id }),
  /** Goes on from what an agent or an ask had. */
  "tasks.resume": z.strictObject({ taskId: id }),
  /** Its result wakes its conversation, though it was started to wait or to be silent. */
  "tasks.promote": z.strictObject({ taskId: id }),
  /** A word to an agent at work, at its next request. */
  "tasks.message": z.strictObject({ taskId: id, text: z.string().min(1).max(1_000_000), attachments: z.array(attachmentSchema).max(100) }),
  /** What becomes of an answer that came after its time-out. */
  "tasks.late": z.strictObject({ taskId: id, choice: z.enum(["inject", "side", "discard"]) }),
  /** `plainKeys`: the person agreed that a key that cannot be encrypted is written to settings.json. */
  "settings.update": z.strictObject({ settings: settingsSchema, plainKeys: z.boolean() }),
  /** Shows settings.json in the system's file manager. */
  "settings.show": none,
  /** Facts about dropped or picked paths; paths that do not exist are left out and reported. */
  "attachments.describe": z.strictObject({ paths: z.array(z.string().min(1)).max(100) }),
  "attachments.pick": none,
  /** Keeps a long text or a picture that was pasted in a file, as an attachment. */
  "attachments.paste": z.union([
    z.strictObject({ text: z.string().min(1).max(20_000_000) }),
    z.strictObject({ picture: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= 20_000_000) }),
  ]),
  /** The text of a pasted file. */
  "attachments.pasted": z.strictObject({ path: z.string().min(1) }),
  /** The bytes of a picture for its small view; null for what is no picture, is gone or is larger than 20 MB. */
  "attachments.picture": z.strictObject({ path: z.string().min(1) }),
  "links.open": z.strictObject({ url: z.string().max(4_000) }),
  /** Shows the application's menu, which has no bar of its own outside macOS; px of the page. */
  "window.menu": z.strictObject({ x: z.number().min(0).max(100_000), y: z.number().min(0).max(100_000) }),
  /** Opens a file of the open, trusted project (or kept output of Spindle's own) in the person's editor. The path is relative to the project or absolute. */
  "files.open": z.strictObject({ path: z.string().min(1).max(4_000), line: z.number().int().min(1).max(100_000_000).optional() }),
  /** Opens the source of a script of a conversation in the person's editor. */
  "scripts.open": z.strictObject({ id, callId: z.string().min(1).max(200) }),
  /** Opens a terminal with the person's own shell in the project, not sandboxed. The window chooses the id. */
  "terminal.open": z.strictObject({ id, columns, rows: lines }),
  /** What the person typed or pasted. Calls for a terminal that has ended do nothing. */
  "terminal.write": z.strictObject({ id, text: z.string().max(1_000_000) }),
  "terminal.resize": z.strictObject({ id, columns, rows: lines }),
  /** So many characters of output were shown since the last call: a shell waits while 256 Ki are not. */
  "terminal.shown": z.strictObject({ id, count: z.number().int().min(1) }),
  "terminal.close": z.strictObject({ id }),
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]>;
/** What a handler gets: the parsed input. */
export type ParsedCallInput<N extends CallName> = z.output<(typeof calls)[N]>;

export interface CallResults {
  "app.state": AppState;
  "project.pick": ProjectInfo | null;
  "project.open": ProjectInfo;
  "project.demo": ProjectInfo | null;
  "project.paths": ProjectPathsReply;
  "conversations.list": readonly ConversationRow[];
  "conversations.create": ConversationRow;
  "conversations.events": EventPage;
  "conversations.send": { readonly turnId: TurnId };
  "conversations.stop": { readonly stopped: boolean };
  "conversations.rename": null;
  "conversations.delete": null;
  "conversations.show": null;
  "conversations.export": { readonly text: string };
  "conversations.raw": { readonly text: string };
  "changes.undo": UndoResult;
  /** In the order asked for; null: not kept any more, or no text. */
  "changes.texts": { readonly texts: readonly (string | null)[] };
  "changes.reject": RejectResult;
  "changes.mark": null;
  "approvals.answer": null;
  "rules.list": readonly Rule[];
  "rules.add": readonly Rule[];
  "rules.remove": readonly Rule[];
  "project.trust": ProjectInfo;
  "project.diff": ProjectDiff | null;
  "project.reach": ProjectInfo;
  "calls.background": { readonly taskId: TaskId };
  "tasks.list": readonly TaskRow[];
  "tasks.row": TaskRow;
  "tasks.history": readonly TaskChange[];
  "attention.list": readonly TaskNeed[];
  "tasks.cancel": { readonly stopped: readonly string[] };
  "tasks.result": { readonly result: Json };
  "tasks.output": { readonly text: string; readonly truncated: boolean; readonly nextOffset: number };
  "tasks.retry": TaskRow;
  "tasks.resume": TaskRow;
  "tasks.promote": TaskRow;
  "tasks.message": null;
  /** The conversation that has the answer now; null when it was discarded. */
  "tasks.late": { readonly conversationId: ConversationId | null };
  "settings.update": Settings;
  "settings.show": null;
  "attachments.describe": { readonly attachments: readonly Attachment[]; readonly missing: readonly string[] };
  "attachments.paste": Attachment;
  "attachments.pasted": { readonly text: string };
  "attachments.picture": { readonly bytes: Uint8Array | null };
  "attachments.pick": { readonly attachments: readonly Attachment[] };
  "links.open": { readonly opened: boolean };
  "window.menu": null;
  "files.open": OpenedFile;
  "scripts.open": OpenedFile;
  "terminal.open": { readonly shell: string };
  "terminal.write": null;
  "terminal.resize": null;
  "terminal.shown": null;
  "terminal.close": null;
}

/** What main pushes to a window; every push is a batch, flushed at most once per 16 ms. */
export interface Pushes {
  event: SpindleEvent;
  conversations: ConversationsPush;
  tasks: TaskPush;
  attention: AttentionPush;
  settings: Settings;
  project: ProjectInfo | null;
  harness: HarnessInfo;
  terminal: TerminalPush;
  /** A command of the window was chosen in the application's menu. */
  command: { readonly id: string };
}
export type PushName = keyof Pushes;

/** What comes over a page's port: pushes in their order, those of one name in a row together; or that it missed some and has to load anew. */
export type PushBatch = readonly (readonly [name: PushName, values: readonly unknown[]])[] | "load anew";

/** How a call comes back: errors are data, with their code. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** What the preload exposes as `window.spindle`: nothing else crosses. */
export interface Bridge {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Reply<CallResults[N]>>;
  /** Asks for the port of this page's pushes; it comes as a message of the page to itself, `portChannel`. */
  connect(): void;
  /** The true path of a dropped or picked file (a DOM `File`); empty for a file made by the page. Typed as object: protocol knows no DOM. */
  pathOf(file: object): string;
}
