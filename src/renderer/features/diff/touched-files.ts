import type { CallId } from "../../../protocol/ids.ts";
import { asRecord } from "../../state/call-subject.ts";
import type { CallView, Step } from "../../state/conversation-view.ts";
import type { ReviewFile } from "./merge-patches.ts";

/** A file that a conversation changed, read, or both. */
export interface TouchedFile {
  /** Relative to the project with forward slashes; absolute outside of it. */
  readonly path: string;
  /** Null: only read. */
  readonly changed: ReviewFile | null;
  readonly reads: number;
  /** The newest call that read it. */
  readonly lastRead: CallId | null;
}

/**
 * The calls of `readFile` that read their file, by the model and by scripts, oldest first. They are the same objects until another one
 * ends, so that `useShallow` can tell that there is nothing new while an answer streams.
 */
export function finishedReads(steps: readonly Step[]): CallView[] {
  const isRead = (call: CallView) => call.tool === "readFile" && call.status === "done";
  const reads: CallView[] = [];
  for (const step of steps) {
    if (step.kind === "call" && isRead(step.call)) reads.push(step.call);
    if (step.kind === "script") for (const call of step.calls) if (isRead(call)) reads.push(call);
  }
  return reads;
}

/** Changed files and those that were read, as `finishedReads` has them. A command that reads names no files. */
export function touchedFiles(changed: readonly ReviewFile[], calls: readonly CallView[], root: string): readonly TouchedFile[] {
  const reads = new Map<string, { count: number; last: CallId }>();
  for (const { callId, input } of calls) {
    const given = asRecord(input)?.["path"];
    if (typeof given !== "string" || given === "") continue;
    const path = projectPath(given, root);
    reads.set(path, { count: (reads.get(path)?.count ?? 0) + 1, last: callId });
  }
  const ours = changed.map((file): TouchedFile => {
    const read = reads.get(file.path);
    reads.delete(file.path);
    return { path: file.path, changed: file, reads: read?.count ?? 0, lastRead: read?.last ?? null };
  });
  return [...ours, ...[...reads].map(([path, { count, last }]) => ({ path, changed: null, reads: count, lastRead: last }))];
}

/** A path as a call gave it, as patches name it: relative to the project where it is inside. */
export function projectPath(given: string, root: string): string {
  const isWindows = /^[A-Za-z]:[\\/]/.test(root);
  const base = isWindows ? root.replaceAll("\\", "/") : root;
  const path = isWindows ? given.replaceAll("\\", "/") : given;
  const isAbsolute = path.startsWith("/") || (isWindows && /^[A-Za-z]:\//.test(path));
  const parts: string[] = [];
  for (const part of (isAbsolute ? path : `${base}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  const full = `${isWindows ? "" : "/"}${parts.join("/")}`;
  return full.startsWith(`${base}/`) ? full.slice(base.length + 1) : full;
}
