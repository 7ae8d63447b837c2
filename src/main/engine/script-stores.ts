import path from "node:path";
import type { ConversationId } from "../../protocol/ids.ts";
import { openScriptStore, type ScriptStoreFile } from "../conversations/script-store.ts";
import type { Logger } from "../lib/logger.ts";

/** What scripts keep for later ones, one store per conversation; opened with its first use. A value that cannot be written is logged. */
export function createScriptStores(conversations: string, logger: Logger): (conversationId: ConversationId) => ScriptStoreFile {
  const stores = new Map<ConversationId, ScriptStoreFile>();
  return (conversationId) => {
    const known = stores.get(conversationId);
    if (known !== undefined) return known;
    const file = openScriptStore(path.join(conversations, conversationId, "store.json"));
    const guarded: ScriptStoreFile = {
      entries: () => file.entries(),
      set(key, json) {
        try {
          file.set(key, json);
        } catch (error) {
          // The script goes on with its value; only later scripts of another start would miss it.
          logger.error("A script's stored value could not be written", error);
        }
      },
    };
    stores.set(conversationId, guarded);
    return guarded;
  };
}
