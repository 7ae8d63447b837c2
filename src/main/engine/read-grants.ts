import { realpathSync } from "node:fs";
import type { Attachment } from "../../protocol/attachment.ts";
import type { SpindleEvent } from "../../protocol/event.ts";

/**
 * Files and folders the person attached to a conversation: they may be read wherever they are, and so may `own` (real
 * paths). Looks only at events that came since the last call: a script of 10,000 calls asks 10,000 times. What was attached was
 * named by its real path: where a link is in the way since, there is no grant, because a command could have put it there. What was
 * pasted lies in the data folder, where no command writes.
 */
export function createReadGrants(events: readonly SpindleEvent[], own: readonly string[]): () => readonly string[] {
  const grants = new Set(own);
  let seen = 0;
  let list = own;
  return () => {
    if (seen === events.length) return list;
    for (; seen < events.length; seen++) {
      const event = events[seen];
      if (event?.type === "user_message") for (const item of event.attachments) addGrant(grants, item);
    }
    list = [...grants];
    return list;
  };
}

function addGrant(grants: Set<string>, { path, pasted }: Attachment): void {
  try {
    const real = realpathSync(path);
    if (real === path || pasted === true) grants.add(real);
  } catch {
    // A file that is gone needs no grant; reading it says `not_found`.
  }
}
