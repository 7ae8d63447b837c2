import { attachmentKey } from "../../../protocol/attachment.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { call } from "../../lib/api.ts";
import { useApp } from "../../state/app.ts";
import { attach } from "../../state/drafts.ts";
import { rangesIn } from "./ranges.ts";

/** Ranges that were looked up once: a chip that the person removed does not come back with the next letter. */
const known = new Set<string>();

/**
 * Attaches the ranges of lines that a text names and that are files of the project (or absolute paths). Resolves when
 * they are chips of the draft; rejects with ApiError. `finished` as in `rangesIn`.
 */
export async function attachRanges(id: ConversationId | null, text: string, finished: boolean): Promise<void> {
  const root = useApp.getState().app?.project?.root;
  if (root === undefined) return;
  const fresh = rangesIn(text, finished)
    .map(({ path, range }) => ({ path: /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : `${root}/${path}`, range }))
    .filter((each) => !known.has(`${id} ${attachmentKey(each)}`))
    .slice(0, 20);
  for (const each of fresh) known.add(`${id} ${attachmentKey(each)}`);
  for (const { path, range } of fresh) {
    // A word that only looks like a range names no file: it stays plain text.
    const { attachments } = await call("attachments.describe", { paths: [path] });
    // Another project is open: its draft is not the one that named the range.
    if (useApp.getState().app?.project?.root !== root) return;
    attach(
      id,
      attachments.filter((file) => file.kind === "file").map((file) => ({ ...file, range })),
    );
  }
}

/** The draft was sent: the same range may be named again. */
export function forgetRanges(): void {
  known.clear();
}
