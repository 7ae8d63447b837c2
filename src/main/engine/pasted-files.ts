import { randomBytes } from "node:crypto";
import { readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Attachment } from "../../protocol/attachment.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { fileError, isInside } from "../lib/paths.ts";

/** What was pasted and never sent is removed after this long, ms. */
const keptMs = 30 * 86_400_000;

/** Long pastes and pasted pictures, each in a file, readable by this user only. */
export interface PastedFiles {
  /** Keeps a text, secrets replaced, or the bytes of a picture, until the prompt is sent. Throws `io_error`. */
  save(content: string | Uint8Array, extension: string): Promise<string>;
  /** The attachments of a prompt that is about to be sent: what was pasted has been copied into the folder of its conversation. */
  adopt(id: ConversationId, attachments: readonly Attachment[]): Promise<readonly Attachment[]>;
  /** The prompt was sent: the first copies of what was pasted go. */
  sent(attachments: readonly Attachment[]): Promise<void>;
  /** The text of a pasted file. Throws `permission_denied` for any other file, `not_found`. */
  read(file: string): Promise<string>;
}

export function createPastedFiles(deps: { readonly home: string; readonly redact: (text: string) => string }): PastedFiles {
  const waiting = path.join(deps.home, "pasted");
  const conversations = path.join(deps.home, "conversations");
  removeOld(waiting);
  const isWaiting = (item: Attachment): boolean => item.pasted === true && path.dirname(item.path) === waiting;
  const isOurs = (file: string): boolean => {
    const folder = path.dirname(file);
    return folder === waiting || (path.basename(folder) === "pasted" && path.dirname(path.dirname(folder)) === conversations);
  };
  return {
    async save(content, extension) {
      const file = path.join(waiting, `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}${extension}`);
      try {
        await mkdir(waiting, { recursive: true, mode: 0o700 });
        await writeFile(file, typeof content === "string" ? deps.redact(content) : content, { mode: 0o600, flag: "wx" });
        return file;
      } catch (error) {
        throw fileError(error, file);
      }
    },
    async adopt(id, attachments) {
      return Promise.all(
        attachments.map(async (item) => {
          if (!isWaiting(item)) return item;
          const folder = path.join(conversations, id, "pasted");
          const file = path.join(folder, path.basename(item.path));
          try {
            // Not recursive: the folder of a conversation that was deleted meanwhile must not come back.
            await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
              if (error.code !== "EEXIST") throw error;
            });
            await copyFile(item.path, file);
          } catch (error) {
            throw fileError(error, item.name);
          }
          return { ...item, path: file };
        }),
      );
    },
    async sent(attachments) {
      await Promise.all(attachments.filter(isWaiting).map((item) => rm(item.path, { force: true })));
    },
    async read(file) {
      if (!isOurs(file) || !isInside(realOf(deps.home), realOf(file)))
        throw new SpindleError("permission_denied", "This file was not pasted into Spindle.");
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        throw fileError(error, file);
      }
    },
  };
}

/** A link that leads out of the data folder is not ours; what does not exist is said when it is read. */
function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function removeOld(folder: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    // Nothing was ever pasted.
    return;
  }
  for (const name of names) {
    const file = path.join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > keptMs) rmSync(file, { force: true });
  }
}
