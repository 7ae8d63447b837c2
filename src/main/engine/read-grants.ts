import { realpathSync } from "node:fs";
import type { SpindleEvent } from "../../protocol/event.ts";

/**
 * Files and folders the person attached to a conversation: they may be read wherever they are, and so may `own` (real
 * paths). Looks only at events that came since the last call: a script of 10,000 calls asks 10,000 times. Links are
 * resolved once, so that a grant cannot be widened.
 */
export function createReadGrants(events: readonly SpindleEvent[], own: readonly string[]): () => readonly string[] {
  const grants = new Set(own);
  let seen = 0;
  let list = own;
  return () => {
    if (seen === events.length) return list;
    for (; seen < events.length; seen++) {
      const event = events[seen];
      if (event?.type === "user_message") for (const { path } of event.attachments) addReal(grants, path);
    }
    list = [...grants];
    return list;
  };
}

function addReal(grants: Set<string>, path: string): void {
  try {
    grants.add(realpathSync(path));
  } catch {
    // A file that is gone needs no grant; reading it says `not_found`.
  }
}
