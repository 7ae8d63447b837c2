import type { Attachment } from "../../protocol/attachment.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { call, pathOf } from "../lib/api.ts";
import { splitPath } from "../lib/format.ts";
import { attach, draftOf, useDrafts } from "./drafts.ts";

/** Attachments one prompt may have, as main checks it. */
const maxAttachments = 100;

/** What came of dropped or pasted files: the chips to add and a sentence about what could not be taken, if any. */
interface AddedFiles {
  readonly attachments: readonly Attachment[];
  readonly problem: string | null;
}

/** Turns dropped files into attachments by their true paths; a picture from the clipboard has none and is kept in a file. `room`: how many the prompt can still take. Rejects with ApiError. */
async function addFiles(files: readonly File[], room: number): Promise<AddedFiles> {
  const named = files.map((file) => ({ name: file.name, path: pathOf(file) }));
  const paths = [...new Set(named.map((file) => file.path).filter((path) => path !== ""))];
  const loose = files.filter((_, index) => named[index]?.path === "");
  const pictures = loose.filter((file) => file.type.startsWith("image/"));
  const pathless = loose.filter((file) => !pictures.includes(file)).map((file) => file.name || "something pasted");
  const taken = paths.slice(0, Math.max(0, room));
  const { attachments, missing } =
    taken.length === 0 ? { attachments: [], missing: [] } : await call("attachments.describe", { paths: taken });
  const pasted: Attachment[] = [];
  for (const file of pictures.slice(0, Math.max(0, room - attachments.length)))
    pasted.push(await call("attachments.paste", { picture: new Uint8Array(await file.arrayBuffer()) }));
  return { attachments: [...attachments, ...pasted], problem: problemOf(missing, pathless, paths.length - taken.length) };
}

/** Puts dropped or pasted files into the draft of a conversation. Resolves with how many are new there, and a sentence about what could not be taken, if any. Rejects with ApiError. */
export async function addToDraft(
  id: ConversationId | null,
  files: readonly File[],
): Promise<{ readonly added: number; readonly problem: string | null }> {
  const count = () => draftOf(useDrafts.getState().drafts, id).attachments.length;
  const { attachments, problem } = await addFiles(files, maxAttachments - count());
  const before = count();
  attach(id, attachments);
  return { added: count() - before, problem };
}

function problemOf(missing: readonly string[], pathless: readonly string[], left: number): string | null {
  const sentences = [
    ...(missing.length === 0 ? [] : [`Not found: ${names(missing.map((path) => splitPath(path)[1] || path))}.`]),
    ...(pathless.length === 0 ? [] : [`No file on disk: ${names(pathless)}. Save it first, then drop the file.`]),
    ...(left <= 0 ? [] : [`${left} more were left out: a prompt takes ${maxAttachments} attachments. Drop their folder instead.`]),
  ];
  return sentences.length === 0 ? null : sentences.join(" ");
}

function names(list: readonly string[]): string {
  return list.length <= 3 ? list.join(", ") : `${list.slice(0, 3).join(", ")} and ${list.length - 3} more`;
}
