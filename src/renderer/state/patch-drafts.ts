import { createPatchReader, type PatchReader } from "../../grammar/patch-reader.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { CallId } from "../../protocol/ids.ts";

/** One row of a draft. `place` begins a chunk (its text is the header), `end` says that the chunk stands at the end of its file. */
export interface DraftLine {
  readonly kind: "context" | "add" | "remove" | "place" | "end";
  readonly text: string;
}

export interface DraftFile {
  readonly kind: "add" | "update" | "delete";
  /** As it stands in the patch. */
  readonly path: string;
  /** Where the file moves to; null when it stays. */
  readonly movePath: string | null;
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DraftLine[];
}

/**
 * What has arrived of a patch. It grows in place: whoever draws it reads it again when the call's `outputBytes` or status
 * changes. Nothing of it is applied.
 */
export interface PatchDraft {
  readonly files: readonly DraftFile[];
  readonly added: number;
  readonly removed: number;
  /** What is wrong with it so far; `line` is 1-based, null when the fault has none. */
  readonly fault: { readonly message: string; readonly line: number | null } | null;
}

/**
 * Patches of direct calls while they arrive, outside the stores: a patch of 10,000 lines must not be copied with every
 * piece. Kept while the conversation is shown, so that a patch that broke off can still be read.
 */
const drafts = new Map<CallId, GrowingDraft>();

/** Takes the patches out of a batch, once, before the batch is folded. Each piece costs its own length. */
export function recordPatchDrafts(events: readonly SpindleEvent[]): void {
  for (const event of events) {
    if (event.type === "call_delta" && event.name === "applyPatch") {
      let draft = drafts.get(event.callId);
      if (draft === undefined) drafts.set(event.callId, (draft = new GrowingDraft()));
      draft.feed(event.text);
    } else if (event.type === "tool_started") {
      drafts.get(event.callId)?.complete();
    }
  }
}

/** The patch of a call, or null when none arrived while the window watched. */
export function readPatchDraft(callId: CallId): PatchDraft | null {
  return drafts.get(callId) ?? null;
}

/** Forgets everything: another conversation is shown. */
export function clearPatchDrafts(): void {
  drafts.clear();
}

interface OpenFile {
  readonly kind: DraftFile["kind"];
  readonly path: string;
  movePath: string | null;
  added: number;
  removed: number;
  readonly lines: DraftLine[];
}

class GrowingDraft implements PatchDraft {
  readonly files: OpenFile[] = [];
  added = 0;
  removed = 0;
  fault: PatchDraft["fault"] = null;
  #isComplete = false;
  readonly #reader: PatchReader = createPatchReader({
    file: (kind, path) => void this.files.push({ kind, path, movePath: null, added: 0, removed: 0, lines: [] }),
    move: (path) => {
      const file = this.files.at(-1);
      if (file !== undefined) file.movePath = path;
    },
    chunk: (header) => {
      // A file's first place needs no row when it has no text.
      if (header !== undefined || (this.files.at(-1)?.lines ?? []).length > 0) this.#push({ kind: "place", text: header ?? "" });
    },
    line: (kind, text) => {
      this.#push({ kind, text });
      this.#count(kind);
    },
    endOfFile: () => this.#push({ kind: "end", text: "" }),
  });

  feed(text: string): void {
    if (this.#isComplete) return;
    this.#reader.feed(text);
    this.#setFault(this.#reader.fault);
  }

  /** All of it is there: now a missing end is a fault, too. */
  complete(): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    try {
      this.#reader.end();
    } catch (error) {
      this.#setFault(error);
    }
  }

  #push(line: DraftLine): void {
    this.files.at(-1)?.lines.push(line);
  }

  #count(kind: "context" | "add" | "remove"): void {
    const file = this.files.at(-1);
    if (file === undefined || kind === "context") return;
    if (kind === "add") {
      file.added++;
      this.added++;
    } else {
      file.removed++;
      this.removed++;
    }
  }

  #setFault(error: unknown): void {
    if (!(error instanceof SpindleError)) return;
    const line = error.details?.["line"];
    this.fault = { message: error.message, line: typeof line === "number" ? line : null };
  }
}
