import path from "node:path";
import type { EventBody } from "../../protocol/event.ts";
import type { CommandFile } from "../../protocol/patch.ts";
import { displayPath } from "../lib/paths.ts";
import { type ChangeWatch, createChangeWatch, type Found, type FoundChange } from "../project/change-watch.ts";
import type { Runner } from "../runner/runner.ts";
import { diffOfTexts } from "../tools/apply-patch/hunks.ts";
import { listFiles } from "./list-files.ts";
import type { CallScene } from "./tool-context.ts";

/** Notices what commands change, for all projects of this process, and tells the conversations: `files_changed_by_command`. */
export interface CommandWatch {
  /** Looks at a project while nobody waits for it. */
  prepare(projectRoot: string): void;
  /** The runner for one call: its command is watched. */
  runner(runner: Runner, call: WatchedCall): Runner;
  /** To be told every event of a call: patches are no command's change, files that were read can be shown when they change. */
  sees(scene: Pick<CallScene, "projectRoot" | "conversationId">, event: EventBody): void;
  /** Files are about to be written by a patch or an undo; to be called when that is over and its event was seen. */
  hold(projectRoot: string): () => void;
  /** Resolves when what ended commands changed was told. */
  settled(): Promise<void>;
}

interface WatchedCall {
  readonly scene: Pick<CallScene, "projectRoot" | "conversationId" | "turnId" | "background" | "emit">;
  readonly callId: string;
}

/** Files named in one event. */
const MAX_NAMED = 100;
/** Text of hunks in one event, and of one file, UTF-16 units. */
const MAX_SHOWN = 256 * 1024;
const MAX_SHOWN_FILE = 64 * 1024;

export function createCommandWatch(): CommandWatch {
  const watches = new Map<string, ChangeWatch<WatchedCall>>();
  /** Conversations that know that not all files are looked at. */
  const warned = new Set<string>();
  /** What running `readFile` calls read, by conversation and call. */
  const reading = new Map<string, string>();
  const watchOf = (projectRoot: string): ChangeWatch<WatchedCall> => {
    const known = watches.get(projectRoot);
    if (known !== undefined) return known;
    const made = createChangeWatch<WatchedCall>({
      list: () => listFiles(projectRoot),
      report: (found) => tell(found, projectRoot, warned),
    });
    watches.set(projectRoot, made);
    return made;
  };
  return {
    prepare: (projectRoot) => void watchOf(projectRoot).prepare(),
    runner: (runner, call) => ({
      close: () => runner.close(),
      async run(request, signal, onOutput, expiry) {
        const end = await watchOf(call.scene.projectRoot).begin(call, { background: call.scene.background });
        try {
          return await runner.run(request, signal, onOutput, expiry);
        } finally {
          end();
        }
      },
    }),
    sees({ projectRoot, conversationId }, event) {
      const place = (file: string): string => path.resolve(projectRoot, file);
      if (event.type === "patch_applied" || event.type === "patch_reverted") {
        const watch = watchOf(projectRoot);
        for (const file of event.files) {
          watch.wrote(place(file.path), null);
          if (file.kind !== "delete") watch.remember(place(file.path));
          if (file.fromPath !== undefined) watch.wrote(place(file.fromPath), null);
        }
      } else if (event.type === "tool_started" && event.name === "readFile") {
        const given = typeof event.input === "object" && event.input !== null && "path" in event.input ? event.input["path"] : undefined;
        if (typeof given === "string") reading.set(`${conversationId} ${event.callId}`, place(given));
      } else if (event.type === "tool_finished" && event.name === "readFile") {
        const key = `${conversationId} ${event.callId}`;
        const file = reading.get(key);
        reading.delete(key);
        if (event.ok && file !== undefined) watchOf(projectRoot).remember(file);
      }
    },
    hold: (projectRoot) => watchOf(projectRoot).hold(),
    async settled() {
      await Promise.all([...watches.values()].map((watch) => watch.settled()));
    },
  };
}

/** One event per conversation and set of commands; and one that says, once, that not all files are looked at. */
function tell({ changes, ended, complete }: Found<WatchedCall>, projectRoot: string, warned: Set<string>): void {
  const groups = new Map<
    string,
    { readonly calls: WatchedCall[]; readonly shared: boolean; readonly changes: FoundChange<WatchedCall>[] }
  >();
  for (const change of changes) {
    for (const conversationId of new Set(change.commands.map(({ scene }) => scene.conversationId))) {
      const calls = change.commands.filter(({ scene }) => scene.conversationId === conversationId);
      const key = `${conversationId} ${calls.map(({ callId }) => callId).join(" ")} ${calls.length < change.commands.length}`;
      const group = groups.get(key) ?? { calls, shared: calls.length < change.commands.length, changes: [] };
      group.changes.push(change);
      groups.set(key, group);
    }
  }
  for (const call of complete ? [] : ended) {
    if (warned.has(call.scene.conversationId)) continue;
    warned.add(call.scene.conversationId);
    const isTold = [...groups.values()].some(({ calls }) => calls.some(({ scene }) => scene.conversationId === call.scene.conversationId));
    if (!isTold) groups.set(`${call.scene.conversationId} none`, { calls: [call], shared: false, changes: [] });
  }
  for (const { calls, shared, changes: own } of groups.values()) {
    const [first] = calls;
    if (first === undefined) continue;
    let room = MAX_SHOWN;
    const files = own.toSorted((a, b) => (a.path < b.path ? -1 : 1)).slice(0, MAX_NAMED);
    first.scene.emit({
      type: "files_changed_by_command",
      turnId: first.scene.turnId,
      callIds: calls.map(({ callId }) => callId).sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
      shared,
      files: files.map((change) => {
        const file = commandFile(change, projectRoot, Math.min(room, MAX_SHOWN_FILE));
        for (const hunk of file.hunks) for (const line of hunk.lines) room -= line.length;
        return file;
      }),
      fileCount: own.length,
      complete,
    });
  }
}

function commandFile(change: FoundChange<WatchedCall>, projectRoot: string, room: number): CommandFile {
  const { kind, before, after, bytesBefore, bytesAfter } = change;
  const mode = change.executable === null ? {} : { executable: change.executable };
  const head = { path: displayPath(projectRoot, change.path), kind, bytesBefore, bytesAfter, ...mode };
  if (before === null || after === null) return { ...head, added: null, removed: null, hunks: [] };
  const { added, removed, hunks } = diffOfTexts(before, after);
  const size = hunks.reduce((sum, hunk) => sum + hunk.lines.reduce((chars, line) => chars + line.length, 0), 0);
  return { ...head, added, removed, hunks: size <= room ? hunks : [] };
}
