import { useCallback, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import { asErrorData } from "../../lib/api.ts";
import type { DraftKey } from "../../state/drafts.ts";

interface Trouble {
  readonly at: DraftKey | null;
  readonly failure: ErrorData | null;
  readonly problem: string | null;
}

const none = { failure: null, problem: null } as const;

/**
 * What went wrong in the composer (`failure`), or what it could not take (`problem`), of one draft: another one does not show it.
 * `fail` and `warn` are told the draft; `fail` without one means the draft that was shown when the work began, which is when `fail`
 * was handed to it.
 */
export function useTrouble(key: DraftKey) {
  const [trouble, setTrouble] = useState<Trouble>({ at: null, ...none });
  const fail = useCallback((thrown: unknown, at: DraftKey = key) => setTrouble({ at, failure: asErrorData(thrown), problem: null }), [key]);
  const warn = useCallback((problem: string | null, at: DraftKey) => setTrouble({ at, failure: null, problem }), []);
  const forget = useCallback(() => setTrouble({ at: null, ...none }), []);
  return { ...(trouble.at === key ? trouble : none), fail, warn, forget };
}
