import { useCallback, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData } from "../../lib/api.ts";
import { useConversations } from "../../state/conversations.ts";

interface Trouble {
  readonly at: ConversationId | null;
  readonly failure: ErrorData | null;
  readonly problem: string | null;
}

const none = { failure: null, problem: null } as const;

/**
 * What went wrong in the composer (`failure`), or what it could not take (`problem`), of one conversation: another one
 * does not show it. `fail` and `warn` are told the conversation; without one it is the shown one.
 */
export function useTrouble(id: ConversationId | null) {
  const [trouble, setTrouble] = useState<Trouble>({ at: null, ...none });
  const fail = useCallback((thrown: unknown, at = useConversations.getState().selectedId) => {
    setTrouble({ at, failure: asErrorData(thrown), problem: null });
  }, []);
  const warn = useCallback((problem: string | null, at: ConversationId | null) => setTrouble({ at, failure: null, problem }), []);
  const forget = useCallback(() => setTrouble({ at: null, ...none }), []);
  return { ...(trouble.at === id ? trouble : none), fail, warn, forget };
}
