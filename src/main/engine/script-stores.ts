import path from "node:path";
import type { ConversationId } from "../../protocol/ids.ts";
import { openScriptStore, type ScriptStoreFile } from "../conversations/script-store.ts";
import type { Logger } from "../lib/logger.ts";

/** What scripts keep for later ones, one store per conversation; opened with its first use. */
export interface ScriptStores {
  of(conversationId: ConversationId): ScriptStoreFile;
  /** The conversation was deleted. */
  forget(conversationId: ConversationId): void;
}

/** `conversations`: the folder of all conversations. What cannot be read or written is logged besides being told to the script. */
export function createScriptStores(conversations: string, logger: Logger): ScriptStores {
  const stores = new Map<ConversationId, ScriptStoreFile>();
  return {
    of(conversationId) {
      const known = stores.get(conversationId);
      if (known !== undefined) return known;
      const file = openScriptStore(path.join(conversations, conversationId, "store.json"));
      const logged: ScriptStoreFile = {
        ...file,
        async flush() {
          try {
            await file.flush();
          } catch (error) {
            logger.error("The values of a conversation's scripts", error);
            throw error;
          }
        },
      };
      stores.set(conversationId, logged);
      return logged;
    },
    forget: (conversationId) => void stores.delete(conversationId),
  };
}
