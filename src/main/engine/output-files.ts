import { realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { CallId, ConversationId } from "../../protocol/ids.ts";

/** Outputs too long for a model, each in a file of its conversation's folder; they go when the conversation is deleted. */
export interface OutputFiles {
  /** The folder with a conversation's files, absolute and without links; reading it may be granted. It may not exist. */
  folder(conversationId: ConversationId): string;
  /** Writes the text, secrets replaced, readable by this user only. Resolves with its path; throws `io_error`. */
  save(conversationId: ConversationId, callId: CallId, text: string, extension?: "txt" | "ts"): Promise<string>;
}

export function createOutputFiles(deps: {
  /** The folder of all conversations. */
  readonly conversations: string;
  readonly redact: (text: string) => string;
}): OutputFiles {
  const folder = (conversationId: ConversationId): string => path.join(real(deps.conversations), conversationId, "output");
  return {
    folder,
    async save(conversationId, callId, text, extension = "txt") {
      if (!/^\w[\w.-]*$/.test(callId)) throw new SpindleError("io_error", `${JSON.stringify(callId)} cannot be the name of a file.`);
      const file = path.join(folder(conversationId), `${callId}.${extension}`);
      try {
        // Not recursive: the folder of a conversation that was deleted meanwhile must not come back.
        await mkdir(path.dirname(file), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
        });
        await writeFile(file, deps.redact(text), { mode: 0o600 });
        return file;
      } catch (error) {
        throw new SpindleError("io_error", error instanceof Error ? error.message : String(error), {
          hint: "Make the data folder writable.",
          cause: error,
        });
      }
    },
  };
}

/** The data folder may be reached through a link; a grant is compared with real paths. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
